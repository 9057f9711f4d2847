package stacksim

import (
	"slices"
	"time"
)

// event is a change that the cloud makes by itself at some time. Nothing ticks: whoever looks settles what is due.
type event struct {
	at time.Time
	do func()
}

func (c *Cloud) later(d time.Duration, do func()) {
	c.due = append(c.due, event{time.Now().Add(d), do})
	slices.SortStableFunc(c.due, func(a, b event) int { return a.at.Compare(b.at) })
}

// settle makes all changes that are due. The caller holds the lock.
func (c *Cloud) settle() {
	now := time.Now()
	for len(c.due) > 0 && !c.due[0].at.After(now) {
		e := c.due[0]
		c.due = c.due[1:]
		e.do()
	}
}

// quarter is how long the lesser works of the cloud take.
func (c *Cloud) quarter() time.Duration { return c.o.BuildTime / 4 }
