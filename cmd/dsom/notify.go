package main

import (
	"net"
	"os"
)

// envNotify is where systemd is told how the daemon is (sd_notify(3)).
const envNotify = "NOTIFY_SOCKET"

// A notifier tells systemd how the daemon is, where that has asked for it.
type notifier struct{ address string }

// newNotifier takes the address out of the environment: it is not for the servers.
func newNotifier() notifier {
	at := os.Getenv(envNotify)
	_ = os.Unsetenv(envNotify)
	return notifier{at}
}

// tell says a state, such as READY=1. That nobody hears it changes nothing.
func (n notifier) tell(state string) {
	if n.address == "" {
		return
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: n.address, Net: "unixgram"})
	if err != nil {
		return
	}
	_, _ = c.Write([]byte(state))
	_ = c.Close()
}
