package daemon

import (
	"errors"
	"net"
	"net/http"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/console"
)

// consolePort is where the pages of a daemon are that takes calls at DefaultPort.
const consolePort = "127.0.0.1:3054"

// listenConsole opens the port of the pages for people; nil if there are to be none. One that is chosen stays, if it can.
func (f *front) listenConsole(d *Daemon) (net.Listener, error) {
	try := []string{f.c.Console}
	switch f.c.Console {
	case "":
		return nil, nil
	case ConsoleAuto:
		try = []string{"127.0.0.1:0"}
		if f.orb.Endpoints()[0].Port == DefaultPort {
			try = []string{consolePort, "127.0.0.1:0"}
		}
		if before, err := admin.ReadAccess(d.State()); err == nil && before.Console != "" {
			try = append([]string{before.Console}, try...)
		}
	}
	var err error
	for _, address := range try {
		var l net.Listener
		if l, err = console.Listen(address); err == nil {
			return limitConnections(l, console.MaxConnections), nil
		}
	}
	return nil, err
}

// consoleAddress returns host:port of the pages, "" if there are none.
func (f *front) consoleAddress() string {
	if f.console == nil {
		return ""
	}
	return f.console.Addr().String()
}

// servePages answers at the port of the pages, until closePages.
func (f *front) servePages(d *Daemon) {
	if f.console == nil {
		return
	}
	f.pages, f.paged = console.NewServer(d.handler(), f.c.Log), make(chan struct{})
	go func() {
		defer close(f.paged)
		if err := f.pages.Serve(f.console); !errors.Is(err, http.ErrServerClosed) {
			f.c.Log.Error("the console has ended", "error", err)
		}
	}()
}

// closePages ends the pages, and what streams to them.
func (f *front) closePages() error {
	switch {
	case f.pages != nil:
		err := f.pages.Close()
		<-f.paged
		return err
	case f.console != nil:
		return f.console.Close()
	}
	return nil
}
