package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/demo/bank"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/server"
	"github.com/opendsom/dsom/svc/implrepo"
)

type demoCmd struct {
	State string `placeholder:"DIR" help:"Folder for the demonstration's state: accounts live on in it. Default: one in the user's cache, another where the port is taken."`
	Port  uint16 `default:"3053" help:"Port of the demonstration's daemon; 0 is a free one. If it is taken, a free one is used."`
	Once  bool   `help:"End after the show, instead of staying up."`
}

func (demoCmd) Help() string {
	return `Runs a daemon on this machine's loopback address, registers a small bank with it, calls one of its
accounts, kills the bank with SIGKILL and calls again. It then stays up until Ctrl-C, or until its
terminal or the reader of its output has gone, and leaves nothing running.

Example:

    dsom demo
    dsom demo --once --state /tmp/bank`
}

// bankServerCmd is the program that the demonstration's daemon starts.
type bankServerCmd struct {
	Data string `required:"" help:"Folder of the ledger."`
}

func (v bankServerCmd) Run(ctx context.Context) error {
	return bank.Run(ctx, server.Options{Name: "bank"}, v.Data)
}

func (v demoCmd) Run(ctx context.Context, c *console) error {
	defer outliveReaders()()
	ctx, end := context.WithCancel(ctx)
	defer end()
	c.broken = func(error) { end() } // who shall see it has gone
	passing, err := v.place(ctx, c)
	if err == nil {
		err = v.show(ctx, c)
	}
	if ctx.Err() != nil { // interrupted: that is no failure
		err = nil
	}
	if passing {
		err = errors.Join(err, os.RemoveAll(v.State))
	}
	return err
}

// show runs the daemon and the show.
func (v demoCmd) show(ctx context.Context, c *console) (err error) {
	d, err := startDaemon(ctx, v.State, net.JoinHostPort("127.0.0.1", strconv.Itoa(int(v.Port))), nil)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("the port of the state in %s is taken as well: name another folder with --state: %w", v.State, err)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.stop()) }()
	s, err := v.prepare(ctx, c, d)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.run(ctx); err != nil || v.Once {
		return err
	}
	s.suggest()
	select {
	case <-ctx.Done():
		return nil
	case err := <-d.done:
		d.done <- nil // for stop
		return or(err, errors.New("the daemon has ended"))
	}
}

// place decides on the folder and the port to use, 0 for a free one. passing says that the
// folder is of no use afterwards.
func (v *demoCmd) place(ctx context.Context, c *console) (passing bool, err error) {
	port := v.Port
	l, taken := net.Listen("tcp", ":"+strconv.Itoa(int(port)))
	if taken == nil {
		taken = l.Close()
	}
	if taken != nil {
		c.note("Port %d is taken by %s: this demonstration uses a free one.", port, portOwner(ctx, port))
		port = 0
	}
	switch state := v.State; {
	case state != "":
		v.State, err = filepath.Abs(state)
	case port == 3053:
		if state, err = os.UserCacheDir(); err == nil {
			v.State = filepath.Join(state, "dsom", "demo")
		} else {
			err = fmt.Errorf("there is no folder for the state of the demonstration: %w; name one with --state DIR", err)
		}
	default: // references name the port, so another port has other state
		v.State, err = os.MkdirTemp("", "dsom-demo-")
		passing = true
	}
	if err == nil {
		err = os.MkdirAll(v.State, 0o700)
	}
	v.Port = port
	return passing, err
}

// self returns the path of this program, under the name by which it was called.
func self() (string, error) {
	if p, err := exec.LookPath(os.Args[0]); err == nil {
		return filepath.Abs(p)
	}
	return os.Executable()
}

// bankServer is the name under which the demonstration's server is registered.
const bankServer = "bank"

// prepare registers the bank, and gives its main account a name before it runs for the first time.
func (v demoCmd) prepare(ctx context.Context, c *console, d *runningDaemon) (*show, error) {
	s := &show{console: c, daemon: d}
	var err error
	if s.idl, err = v.writeIDL(); err != nil {
		return nil, err
	}
	if s.status, err = d.admin.Status(ctx); err != nil {
		return nil, err
	}
	if len(s.status.Addresses) == 0 {
		return nil, errors.New("the daemon takes no calls")
	}
	registered, err := v.register(ctx, d.admin)
	if err != nil {
		return nil, err
	}
	at := s.status.Addresses[0]
	uuid, err := implrepo.ParseUUID(registered.UUID)
	if err != nil {
		return nil, err
	}
	ref, err := bank.Reference(uuid, at, bank.MainAccount)
	if err != nil {
		return nil, err
	}
	if err := s.open(ctx, at, ref); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// writeIDL puts the bank's IDL where people can use it, and where the daemon looks for it.
func (v demoCmd) writeIDL() (string, error) {
	file := filepath.Join(v.State, "bank.idl")
	for _, to := range []string{file, filepath.Join(v.State, "idl", "bank.idl")} {
		if same(to, []byte(bank.IDL)) {
			continue
		}
		if err := replaceFile(to, []byte(bank.IDL)); err != nil {
			return "", err
		}
	}
	return file, nil
}

// register registers the bank, or corrects the record of an earlier demonstration.
func (v demoCmd) register(ctx context.Context, d *admin.Client) (admin.Server, error) {
	program, err := self()
	if err != nil {
		return admin.Server{}, err
	}
	command := []string{program, "__demo-bank-server", "--data", filepath.Join(v.State, "bank")}
	s, err := d.Add(ctx, admin.Server{Name: bankServer, Command: command, Dir: v.State})
	if errors.Is(err, &admin.Error{Code: admin.CodeExists}) {
		s, err = d.Update(ctx, bankServer, admin.Change{Command: &command, Dir: &v.State})
	}
	return s, err
}

// mainName is the name of the main account in the naming service.
var mainName = ior.Name{{ID: "bank"}, {ID: bank.MainAccount}}
