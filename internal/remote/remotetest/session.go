package remotetest

import (
	"context"
	"net"

	"golang.org/x/crypto/ssh"
)

func (s *Server) serve(ctx context.Context, raw net.Conn) {
	defer func() { _ = raw.Close() }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	_, channels, requests, err := ssh.NewServerConn(raw, s.config())
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for ch := range channels {
		if ch.ChannelType() != "session" {
			_ = ch.Reject(ssh.UnknownChannelType, "sessions only")
			continue
		}
		if channel, requests, err := ch.Accept(); err == nil {
			go s.session(ctx, channel, requests)
		}
	}
}

// session answers the requests of one session. Its command runs beside them, for a signal may come.
func (s *Server) session(ctx context.Context, channel ssh.Channel, requests <-chan *ssh.Request) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for r := range requests {
		switch r.Type {
		case "exec", "shell":
			_ = r.Reply(true, nil)
			go s.run(ctx, channel, command(r))
		case "pty-req", "env", "window-change":
			_ = r.Reply(true, nil)
		case "signal":
			cancel()
		default:
			_ = r.Reply(false, nil)
		}
	}
}

func command(r *ssh.Request) string {
	var payload struct{ Command string }
	if r.Type == "shell" || ssh.Unmarshal(r.Payload, &payload) != nil {
		return ""
	}
	return payload.Command
}

func (s *Server) run(ctx context.Context, channel ssh.Channel, cmd string) {
	defer func() { _ = channel.Close() }()
	s.mu.Lock()
	s.commands = append(s.commands, cmd)
	s.mu.Unlock()
	var reply Reply
	if s.options.Handler != nil {
		reply = s.options.Handler(ctx, cmd, channel)
	}
	_, _ = channel.Write([]byte(reply.Stdout))
	_, _ = channel.Stderr().Write([]byte(reply.Stderr))
	status := struct{ Status uint32 }{uint32(reply.Exit)}
	_, _ = channel.SendRequest("exit-status", false, ssh.Marshal(&status))
}
