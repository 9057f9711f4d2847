package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/builtin"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/spec"
)

// session makes n hosts of a document and removes them in one run of the lifecycle, which takes one login. It is a process
// of its own, so that its memory can be measured.
func session(ctx context.Context, file string, n int) error {
	recs, err := planned(file, n)
	if err != nil {
		return err
	}
	line, ok := builtin.Table().Find(recs[0].Driver)
	if !ok {
		return fmt.Errorf("%s names no driver", file)
	}
	d, err := line.Open(ctx, recs[0].Spec.Options)
	if err != nil {
		return err
	}
	key, err := remote.GenerateKey("bench")
	if err != nil {
		return err
	}
	r := &lifecycle.Runner{
		Driver: d, Limits: lifecycle.Limits{Create: limit, Remove: limit},
		Save:   func(context.Context, *lifecycle.Record) error { return nil },
		Signer: func(*lifecycle.Record) (ssh.Signer, error) { return ssh.ParsePrivateKey([]byte(key.Private.Reveal())) },
	}
	err = r.Create(ctx, recs, lifecycle.CreateOptions{Until: lifecycle.UntilActive})
	if err == nil {
		_, err = r.Remove(ctx, recs, lifecycle.RemoveOptions{})
	}
	if c, ok := drivers.As[drivers.Closer](d); ok {
		err = errors.Join(err, c.Close(ctx))
	}
	return err
}

const limit = 15 * time.Minute

func planned(file string, n int) ([]*lifecycle.Record, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	recs := make([]*lifecycle.Record, n)
	for i := range recs {
		h, err := spec.Decode(builtin.Table(), file, text)
		if err != nil {
			return nil, err
		}
		h.Name = fmt.Sprintf("bench-%d", i+1)
		if err := h.Validate(builtin.Table()); err != nil {
			return nil, err
		}
		recs[i] = lifecycle.NewRecord(h)
	}
	return recs, nil
}
