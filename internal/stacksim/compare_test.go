package stacksim_test

import "github.com/google/go-cmp/cmp"

// sees demands that got is want.
func (c *client) sees(got, want any) {
	c.Helper()
	if d := cmp.Diff(want, got); d != "" {
		c.Fatalf("(-want +got)\n%s", d)
	}
}
