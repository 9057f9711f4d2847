package drivers

import "context"

// Closer ends what a driver holds at its platform, such as a session. Front ends call it when they are done.
type Closer interface {
	// Close logs out. A driver that is used again afterwards logs in anew.
	Close(ctx context.Context) error
}

// Reporter reads what a guest wrote about itself over a channel that the platform vouches for.
type Reporter interface {
	// Report gives what is there so far; an empty report: nothing yet. ErrNotFound: there is no such host.
	Report(ctx context.Context, id string) (GuestReport, error)
}

// GuestReport is a guest's own word.
type GuestReport struct {
	HostKeys []string // of its SSH server, as lines of authorized_keys
	Phase    string   // how far its boot is, in cloud-init's words: "init", "config", "final", "done"
	Verdict  string   // VerdictDone, VerdictError or, as long as there is none, empty
	Errors   []string // why the verdict is an error
}

// What a verdict says.
const (
	VerdictDone  = "done"
	VerdictError = "error"
)

// The keys under which a guest of a VMware platform reports, with the command "info-set KEY VALUE" of vmware-rpctool
// or vmtoolsd --cmd. The values of ReportHostKeys and ReportErrors are base64 of lines, those of the others are plain.
// A guest that is told again reports again; what is set later counts.
const (
	ReportHostKeys = "guestinfo.davit.host_keys"
	ReportPhase    = "guestinfo.davit.phase"
	ReportVerdict  = "guestinfo.davit.verdict"
	ReportErrors   = "guestinfo.davit.errors"
)
