package vsphere

import (
	"context"
	"errors"
	"sync"

	gosession "github.com/vmware/govmomi/session"
	"github.com/vmware/govmomi/session/keepalive"
	"github.com/vmware/govmomi/vapi/rest"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
	"golang.org/x/sync/semaphore"

	"github.com/davit-io/davit/internal/field"
)

// session is one login at a vCenter.
type session struct {
	*vim25.Client
	account account
	waiter  *waiter

	renewing *semaphore.Weighted
	key      string // of the session, as the vCenter names it
	logins   int    // how often it had to log in

	restDoor sync.Mutex
	rest     *rest.Client // a session of its own, opened when tags are asked for
}

// session logs in at the first call and hands out the same session ever after; a login that failed is tried anew.
func (d *Driver) session(ctx context.Context) (*session, error) {
	if err := d.door.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer d.door.Release(1)
	if d.open != nil {
		return d.open, nil
	}
	s, err := d.login(ctx)
	if err != nil {
		return nil, err
	}
	d.open = s
	return s, nil
}

func (d *Driver) login(ctx context.Context) (*session, error) {
	a, err := d.account.login()
	if err != nil {
		return nil, err
	}
	client := soap.NewClient(a.url, false)
	client.UserAgent = "davit"
	if a.thumbprint != "" {
		client.SetThumbprint(a.url.Host, a.thumbprint)
	}
	if a.caFile != "" {
		if err := client.SetRootCAs(a.caFile); err != nil {
			return nil, field.Errorf("vsphere.ca_file", "%w", err)
		}
	}
	steady := &transport{base: client, gate: semaphore.NewWeighted(int64(d.pace.parallel)), answer: d.pace.answer}
	vc, err := vim25.NewClient(ctx, client)
	if err != nil {
		return nil, explain(err, "reach the vCenter at %s", a.url.Host)
	}
	s := &session{Client: vc, account: a, renewing: semaphore.NewWeighted(1)}
	vc.RoundTripper = &renewal{base: keepalive.NewHandlerSOAP(steady, d.pace.idle, nil), session: s}

	s.waiter = newWaiter(s, d.pace)
	if err := s.logIn(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *session) logIn(ctx context.Context) error {
	password, _ := s.account.user.Password()
	answer, err := methods.Login(ctx, s, &types.Login{
		This: *s.ServiceContent.SessionManager, UserName: s.account.user.Username(), Password: password, Locale: gosession.Locale,
	})
	if err != nil {
		return explain(err, "log in at %s as %s", s.account.url.Host, s.account.user.Username())
	}
	s.key = answer.Returnval.Key
	s.logins++
	return nil
}

func (s *session) logOut(ctx context.Context) error {
	err := gosession.NewManager(s.Client).Logout(ctx)
	if isFault(err, new(types.NotAuthenticated)) {
		return nil
	}
	return explain(err, "log out from %s", s.account.url.Host)
}

// renew logs in again, once for all whose calls found the session gone.
func (s *session) renew(ctx context.Context, lost int) error {
	if err := s.renewing.Acquire(ctx, 1); err != nil {
		return err
	}
	defer s.renewing.Release(1)
	if s.logins != lost {
		return nil
	}
	// A session that only seems gone would refuse to log in once more.
	if err := s.logOut(ctx); err != nil {
		return err
	}
	return s.logIn(ctx)
}

// current gives the session's name and how often it had to log in.
func (s *session) current(ctx context.Context) (key string, logins int, err error) {
	if err := s.renewing.Acquire(ctx, 1); err != nil {
		return "", 0, err
	}
	defer s.renewing.Release(1)
	return s.key, s.logins, nil
}

// restSession opens the session that tags need, and a new one when the vCenter has ended it.
func (s *session) restSession(ctx context.Context) (*rest.Client, error) {
	s.restDoor.Lock()
	defer s.restDoor.Unlock()
	if s.rest != nil {
		if open, err := s.rest.Session(ctx); open != nil || err != nil {
			return s.rest, explain(err, "look after the session for tags")
		}
	}
	c := rest.NewClient(s.Client)
	if err := c.Login(ctx, s.account.user); err != nil {
		return nil, explain(err, "log in at %s for tags", s.account.url.Host)
	}
	s.rest = c
	return c, nil
}

// Close logs out.
func (d *Driver) Close(ctx context.Context) error {
	if err := d.door.Acquire(ctx, 1); err != nil {
		return err
	}
	defer d.door.Release(1)
	if d.open == nil {
		return nil
	}
	s := d.open
	d.open = nil
	err := errors.Join(s.waiter.close(ctx), s.logOut(ctx))
	if s.rest != nil {
		err = errors.Join(err, s.rest.Logout(ctx))
	}
	s.CloseIdleConnections()
	return err
}
