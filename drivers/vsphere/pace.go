package vsphere

import "time"

// pace is how the driver spends its time.
type pace struct {
	parallel int           // requests at once, besides the one that waits
	answer   time.Duration // how long the vCenter may take to answer a request
	grace    time.Duration // how long a task may go on after its host was interrupted
	idle     time.Duration // after which the session is kept alive
	shutdown time.Duration // how long a guest may take to shut down

	// together is how long a request is held back for others like it, by the number of those that wait.
	together func(waiting int) time.Duration
}

func defaultPace() pace {
	return pace{
		parallel: 8, answer: time.Minute, grace: time.Second, idle: 5 * time.Minute, shutdown: 3 * time.Minute,
		// The more wait, the longer one request waits for what others have to ask: its share per host stays small.
		together: func(waiting int) time.Duration { return min(time.Duration(1+waiting)*15*time.Millisecond, time.Second) },
	}
}
