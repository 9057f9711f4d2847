package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// The faults.
const (
	kill = "kill -9"     // the process dies when the cloud has answered, before the answer arrives
	cut  = "answer lost" // the answer is lost and the process goes on
	busy = "kill -9, task running"
)

// point is one try: the fault after the nth call of an operation.
type point struct {
	host, operation, fault, call string
	n                            int
}

func (p point) String() string {
	return fmt.Sprintf("%s, %s after call %d, %s", p.operation, p.fault, p.n, p.call)
}

// pointsOf are the calls that a fault is for, every nth of them.
func pointsOf(calls []string, operation, fault string, every int) []point {
	var points []point
	for i, call := range calls {
		if fault != busy || strings.HasSuffix(call, "_Task") {
			points = append(points, point{fmt.Sprintf("fault-%s-%d", operation, i+1), operation, fault, call, i + 1})
		}
	}
	n := 0
	return slices.DeleteFunc(points, func(point) bool { n++; return (n-1)%every != 0 })
}

// errNotReached tells of a process that ended well before the call of its fault: waits need a call less now and then.
var errNotReached = errors.New("the call was not reached")

func missed(errs []error) int {
	n := 0
	for _, err := range errs {
		if errors.Is(err, errNotReached) {
			n++
		}
	}
	return n
}

func failures(errs []error) error {
	return errors.Join(slices.DeleteFunc(slices.Clone(errs), func(err error) bool { return errors.Is(err, errNotReached) })...)
}

// together does something with all at once, and gives the errors in their order.
func together[T any](all []T, do func(T) error) []error {
	errs := make([]error, len(all))
	var wg sync.WaitGroup
	for i, one := range all {
		wg.Go(func() { errs[i] = do(one) })
	}
	wg.Wait()
	return errs
}
