package lifecycle_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/davit-io/davit/internal/lifecycle"
)

// member reads "web-2 works old": a name and what is so.
func member(t *testing.T, text string) lifecycle.Member {
	t.Helper()
	words := strings.Fields(text)
	m := lifecycle.Member{Name: words[0]}
	if _, err := fmt.Sscanf(words[0], "web-%d", &m.Place); err != nil {
		t.Fatal(err)
	}
	m.Made = time.Unix(int64(m.Place), 0)
	for _, word := range words[1:] {
		switch word {
		case "works":
			m.Complete, m.Works = true, true
		case "off":
			m.Complete, m.Off = true, true
		case "begun":
		case "lost":
			m.Lost = true
		case "going":
			m.Going = true
		case "failed":
			m.Failed = true
		case "newest":
			m.Made = time.Unix(1000, 0)
		case "old":
			m.Change = lifecycle.Replace
		case "restart":
			m.Change = lifecycle.EngineRestart
		case "place":
			m.Change = lifecycle.InPlace
		default:
			t.Fatalf("what is %q?", word)
		}
	}
	return m
}

// told writes waves as "create web-1, create web-2; remove web-3".
func told(waves [][]lifecycle.Step) string {
	var all []string
	for _, wave := range waves {
		var steps []string
		for _, s := range wave {
			steps = append(steps, s.String())
		}
		all = append(all, strings.Join(steps, ", "))
	}
	return strings.Join(all, "; ")
}

func TestPoolSteps(t *testing.T) {
	t.Parallel()
	type bounds = lifecycle.Bounds
	for name, tc := range map[string]struct {
		bounds
		have string
		want string
	}{
		"new":                                  {bounds{Count: 3}, "", "create web-1, create web-2, create web-3"},
		"nothing":                              {bounds{Count: 2}, "web-1 works, web-2 works", ""},
		"larger":                               {bounds{Count: 4}, "web-1 works, web-3 works", "create web-2, create web-4"},
		"none":                                 {bounds{}, "web-1 works, web-2 works", "remove web-2, remove web-1"},
		"the newest goes":                      {bounds{Count: 1}, "web-1 works newest, web-2 works, web-3 works", "remove web-1, remove web-3"},
		"the broken goes":                      {bounds{Count: 2}, "web-1 off, web-2 works, web-3 works", "remove web-1"},
		"what differs goes before what is new": {bounds{Count: 2}, "web-1 works old, web-2 works, web-3 works newest", "remove web-1"},
		"begun":                                {bounds{Count: 2}, "web-1 works, web-2 begun", "continue web-2"},
		"off":                                  {bounds{Count: 2}, "web-1 works, web-2 off", "start web-2"},
		"lost":                                 {bounds{Count: 2}, "web-1 lost, web-2 works", "remove web-1; create web-1"},
		"going":                                {bounds{Count: 2}, "web-1 going, web-2 works", "remove web-1; create web-1"},
		"going, and fewer":                     {bounds{Count: 1}, "web-1 going, web-2 works", "remove web-1"},
		"failed":                               {bounds{Count: 2}, "web-1 begun lost failed, web-2 works", ""},
		"a removal failed":                     {bounds{Count: 2}, "web-1 going failed, web-2 works", "create web-1-b"},
		"old and off":                          {bounds{Count: 2, Surge: 1}, "web-1 off old, web-2 works", "remove web-1; create web-1"},
		"all are outworn":                      {bounds{Count: 2, Surge: 1}, "web-1 off old, web-2 lost old", "remove web-1, remove web-2; create web-1, create web-2"},
		"fewer, and others":                    {bounds{Count: 1, Surge: 1}, "web-1 works old, web-2 works old", "remove web-2; create web-1-b; remove web-1"},
		"surge": {
			bounds{Count: 3, Surge: 1},
			"web-1 works old, web-2 works old, web-3 works old",
			"create web-1-b; remove web-1; create web-2-b; remove web-2; create web-3-b; remove web-3",
		},
		"surge of two": {
			bounds{Count: 3, Surge: 2},
			"web-1 works old, web-2 works old, web-3 works old",
			"create web-1-b, create web-2-b; remove web-1, remove web-2; create web-3-b; remove web-3",
		},
		"unavailable": {
			bounds{Count: 3, Unavailable: 1},
			"web-1 works old, web-2 works old, web-3 works old",
			"remove web-1; create web-1; remove web-2; create web-2; remove web-3; create web-3",
		},
		"both": {
			bounds{Count: 3, Surge: 1, Unavailable: 1},
			"web-1 works old, web-2 works old, web-3 works old",
			"create web-1-b, remove web-2; create web-2; remove web-1, remove web-3; create web-3",
		},
		"back to the first name": {bounds{Count: 1, Surge: 1}, "web-1-b works old", "create web-1; remove web-1-b"},
		"killed in a surge":      {bounds{Count: 2, Surge: 1}, "web-1 works old, web-1-b begun, web-2 works", "continue web-1-b; remove web-1"},
		"the successor failed":   {bounds{Count: 2, Surge: 1}, "web-1 works old, web-1-b begun failed, web-2 works old", ""},
		"one that failed is allowed": {
			bounds{Count: 2, Surge: 2, Unhealthy: 50},
			"web-1 works old, web-1-b begun failed, web-2 works old",
			"create web-2-b; remove web-2",
		},
		"too few work": {bounds{Count: 3, Unavailable: 1, Unhealthy: 100}, "web-1 works old, web-2 begun failed, web-3 works old", ""},
		"restarts": {
			bounds{Count: 3, Unavailable: 2},
			"web-1 works restart, web-2 works restart, web-3 works restart",
			"update web-1, update web-2; update web-3",
		},
		"restarts, and none may be missed": {bounds{Count: 1, Surge: 1}, "web-1 works restart", "create web-1-b; remove web-1"},
		"in place":                         {bounds{Count: 2, Surge: 1}, "web-1 works place, web-2 works place", "update web-1, update web-2"},
		"an update failed":                 {bounds{Count: 2, Unavailable: 1}, "web-1 works restart failed, web-2 works restart", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var members []lifecycle.Member
			for text := range strings.SplitSeq(tc.have, ", ") {
				if text != "" {
					members = append(members, member(t, text))
				}
			}
			if got := told(tc.Steps("web", members)); got != tc.want {
				t.Errorf("%s\nwant %s", got, tc.want)
			}
		})
	}
}

// TestPoolStepsStayWithinBounds takes the steps of many pools with all bounds there are up to some size, and holds what
// there is meanwhile against the bounds.
func TestPoolStepsStayWithinBounds(t *testing.T) {
	t.Parallel()
	for n := range 400 {
		b := lifecycle.Bounds{Count: n % 5, Surge: n / 5 % 4, Unavailable: n / 20 % 4}
		if b.Surge+b.Unavailable == 0 {
			continue
		}
		words := []string{"works old", "works", "works restart", "works old", "begun"}
		var members []lifecycle.Member
		for i := range n / 80 {
			members = append(members, member(t, fmt.Sprintf("web-%d %s", i+1, words[(n+i)%5])))
		}
		holds(t, b, members)
	}
}

func holds(t *testing.T, b lifecycle.Bounds, members []lifecycle.Member) {
	t.Helper()
	works := map[string]bool{}
	working := func() (n int) {
		for _, on := range works {
			if on {
				n++
			}
		}
		return n
	}
	for _, m := range members {
		works[m.Name] = m.Works
	}
	most, fewest := max(len(works), b.Count+b.Surge), min(working(), b.Count-b.Unavailable)
	waves := b.Steps("web", members)
	for _, wave := range waves {
		there, made := len(works), 0
		for _, s := range wave { // at worst, all that is made comes late, and all that goes goes early
			switch s.Do {
			case lifecycle.DoCreate:
				made++
			case lifecycle.DoRemove:
				delete(works, s.Name)
			case lifecycle.DoUpdate:
				works[s.Name] = false
			}
		}
		if there+made > most || working() < fewest {
			t.Fatalf("%+v: %d hosts, %d work, at %q of %q", b, there+made, working(), told([][]lifecycle.Step{wave}), told(waves))
		}
		for _, s := range wave {
			if s.Do != lifecycle.DoRemove {
				works[s.Name] = true
			}
		}
	}
	if working() != b.Count || len(works) != b.Count {
		t.Errorf("%+v ends with %v after %q", b, works, told(waves))
	}
}
