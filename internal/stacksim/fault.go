package stacksim

import (
	"net/http"
	"path"
	"slices"
	"strconv"
)

// Fault is a way to break. With Status, Hang or LoseReply unset it only calls Then.
type Fault struct {
	Op         string // operation or glob: "servers.create", "volumes.*", "*"
	After      int    // let so many pass first
	Times      int    // 0: once; -1: always
	Status     int    // answer this, without any effect
	Body       string // of that answer; "": as the service words it
	RetryAfter int    // seconds, in that answer
	Hang       bool   // never answer: until the client goes away or the cloud ends
	LoseReply  bool   // take effect, then cut the connection
	Then       func() // called once the effect took place, before the answer goes out
}

type armed struct {
	Fault
	passed, struck int
}

// Fault arms f. Of several faults for an operation the first armed strikes.
func (c *Cloud) Fault(f Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, &armed{Fault: f})
}

// ClearFaults disarms all faults.
func (c *Cloud) ClearFaults() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = nil
}

// strike returns the fault that hits this operation, or none. The caller holds the lock.
func (c *Cloud) strike(op string) Fault {
	i := slices.IndexFunc(c.faults, func(a *armed) bool { return a.hits(op) })
	if i < 0 {
		return Fault{}
	}
	return c.faults[i].Fault
}

func (a *armed) hits(op string) bool {
	if ok, _ := path.Match(a.Op, op); !ok || a.spent() {
		return false
	}
	if a.passed < a.After {
		a.passed++
		return false
	}
	a.struck++
	return true
}

func (a *armed) spent() bool { return a.Times >= 0 && a.struck >= max(a.Times, 1) }

func (c *Cloud) hang(q *http.Request) {
	select {
	case <-q.Context().Done():
	case <-c.closed:
	}
	panic(http.ErrAbortHandler)
}

// faulty answers as f wants; do has the effect and the true answer.
func (c *Cloud) faulty(f Fault, do func() reply) reply {
	if f.Status != 0 {
		return f.reply()
	}
	out := do()
	if f.Then != nil {
		f.Then()
	}
	if f.LoseReply {
		panic(http.ErrAbortHandler)
	}
	return out
}

func (f Fault) reply() reply {
	out := reply{status: f.Status, body: f.Body}
	if f.Body == "" {
		out.body = &failure{status: f.Status, text: http.StatusText(f.Status)}
	}
	if f.RetryAfter > 0 {
		out.header = map[string]string{"Retry-After": strconv.Itoa(f.RetryAfter)}
	}
	return out
}
