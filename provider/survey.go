package provider

import (
	"context"
	"sync"
	"time"

	"github.com/davit-io/davit/drivers"
)

// survey remembers for a moment what a platform told of all hosts. Terraform refreshes hosts one by one, ten at a
// time: with it one list serves them all.
type survey struct {
	mu    sync.Mutex
	at    time.Time
	hosts map[string]drivers.Host
}

// fresh is for how long a list counts. A refresh takes less; nothing else uses it.
const fresh = 30 * time.Second

// get reads a host. One that the list lacks is asked for by itself before it is called missing.
func (s *survey) get(ctx context.Context, d drivers.Driver, id string) (drivers.Host, error) {
	surveyor, ok := drivers.As[drivers.Surveyor](d)
	if !ok {
		return d.Get(ctx, id)
	}
	hosts, err := s.recent(ctx, surveyor)
	if err != nil {
		return drivers.Host{}, err
	}
	if h, there := hosts[id]; there {
		return h, nil
	}
	return d.Get(ctx, id)
}

func (s *survey) recent(ctx context.Context, from drivers.Surveyor) (map[string]drivers.Host, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.at) < fresh {
		return s.hosts, nil
	}
	hosts, err := from.Survey(ctx)
	if err == nil {
		s.hosts, s.at = hosts, time.Now()
	}
	return hosts, err
}

// forget is for those who change a host.
func (s *survey) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = time.Time{}
}
