package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/daemon/admin"
	stubs "github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/std/cosnaming"
)

// A show is the demonstration as it is seen.
type show struct {
	*console
	daemon  *runningDaemon
	status  admin.Status
	idl     string // file
	orb     *orb.ORB
	port    string
	account stubs.Account
}

// open makes the client, and binds the main account's name to its reference.
func (s *show) open(ctx context.Context, at string, ref *ior.IOR) error {
	var err error
	if _, s.port, err = net.SplitHostPort(at); err != nil {
		return err
	}
	if s.orb, err = newClient(cdr.V12); err != nil {
		return err
	}
	naming, err := s.orb.Resolve(ctx, "corbaloc:iiop:1.2@"+at+"/NameService")
	if err != nil {
		return err
	}
	root := cosnaming.NamingContextClass.Unchecked(naming)
	name := make(cosnaming.Name, len(mainName))
	for i, n := range mainName {
		name[i] = cosnaming.NameComponent{Id: n.ID, Kind: n.Kind}
	}
	_, err = root.BindNewContext(ctx, name[:1])
	if bound := (*cosnaming.NamingContext_AlreadyBound)(nil); err != nil && !errors.As(err, &bound) {
		return err
	}
	return root.Rebind(ctx, name, s.orb.NewRef(ref))
}

func (s *show) close() {
	if s.orb != nil {
		_ = s.orb.Shutdown(context.Background()) // it serves nobody: there is nothing to wait for
	}
}

// url returns the name of an account as a URL.
func (s *show) url(account string) string {
	return "corbaname::localhost:" + s.port + "#bank/" + account
}

// run shows calls, a kill, and a call again.
func (s *show) run(ctx context.Context) error {
	s.step("daemon", s.status.Addresses[0], fmt.Sprintf("process %d, state in %s", s.status.PID, s.status.State))
	before, err := s.daemon.admin.Server(ctx, bankServer)
	if err != nil {
		return err
	}
	s.step("server", bankServer, runText(before))
	if s.account, err = stubs.AccountClass.Bind(ctx, s.orb, s.url("main")); err != nil {
		return err
	}
	s.step("object", s.url("main"), "resolved by the naming service in the daemon")
	if err := s.calls(ctx, before); err != nil {
		return err
	}
	return s.killed(ctx)
}

func runText(s admin.Server) string {
	if s.Run.PID == 0 {
		return "registered, does not run: the first call starts it"
	}
	return fmt.Sprintf("registered, runs as process %d", s.Run.PID)
}

// calls calls the account in several ways.
func (s *show) calls(ctx context.Context, before admin.Server) error {
	start := time.Now()
	if err := s.account.Deposit(ctx, 100); err != nil {
		return fmt.Errorf("deposit: %w", err)
	}
	took := time.Since(start)
	run, err := s.daemon.admin.Server(ctx, bankServer)
	if err != nil {
		return err
	}
	remark := fmt.Sprintf("by process %d", run.Run.PID)
	if before.Run.PID != run.Run.PID {
		remark = fmt.Sprintf("the daemon started the server, process %d, within %d ms", run.Run.PID, took.Milliseconds())
	}
	s.step("call", "deposit 100", remark)
	if err := s.balance(ctx, ""); err != nil {
		return err
	}
	start = time.Now()
	left, err := s.account.Withdraw(ctx, 12.5)
	if err != nil {
		return fmt.Errorf("withdraw: %w", err)
	}
	s.result("withdraw 12.5", fmt.Sprint(left), fmt.Sprintf("in %.1f ms, safe on the disk", float64(time.Since(start).Microseconds())/1000))
	const much = 1e9
	_, err = s.account.Withdraw(ctx, much)
	var poor *stubs.InsufficientFunds
	if !errors.As(err, &poor) {
		return fmt.Errorf("withdraw: %w", or(err, errors.New("the account has more than it can have")))
	}
	s.result("withdraw 1e9", fmt.Sprintf("InsufficientFunds {balance: %v}", poor.Balance), "an exception of the IDL")
	return nil
}

func (s *show) balance(ctx context.Context, remark string) error {
	b, err := s.account.Balance(ctx)
	if err != nil {
		return fmt.Errorf("balance: %w", err)
	}
	s.result("balance", fmt.Sprint(b), remark)
	return nil
}

// dying is how long the server may take to end when it was killed. A request on its way into
// a server that dies is not tried again, since nobody can tell whether it has run.
const dying = 10 * time.Second

// awaitEnd waits until a process that was killed has ended.
func awaitEnd(ctx context.Context, id process.ID) error {
	ctx, cancel := context.WithTimeout(ctx, dying)
	defer cancel()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for id.State() != process.Gone {
		select {
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("the end of %v: %w", id, ctx.Err())
		}
	}
	return nil
}

// killed kills the server and calls again.
func (s *show) killed(ctx context.Context) error {
	before, err := s.daemon.admin.Server(ctx, bankServer)
	if err != nil {
		return err
	}
	id, err := process.Of(before.Run.PID)
	if err != nil {
		return fmt.Errorf("the server: %w", err)
	}
	if err := id.Signal(os.Kill); err != nil {
		return fmt.Errorf("the server: %w", err)
	}
	s.step("kill", fmt.Sprintf("kill -9 %d", before.Run.PID), "the server is gone, without a chance to save anything")
	if err := awaitEnd(ctx, id); err != nil {
		return err
	}
	b, err := s.account.Balance(ctx)
	if err != nil {
		return fmt.Errorf("balance: %w", err)
	}
	after, err := s.daemon.admin.Server(ctx, bankServer)
	if err != nil {
		return err
	}
	if after.Run.PID == before.Run.PID {
		return fmt.Errorf("the server is still process %d", after.Run.PID)
	}
	s.result("balance", fmt.Sprint(b), fmt.Sprintf("the same reference, now process %d", after.Run.PID))
	return nil
}

// step prints a line of the show.
func (s *show) step(kind, what, remark string) {
	if s.json {
		_ = s.printJSON(map[string]string{"step": kind, "what": what, "remark": remark}) // lines for a program that reads along
		return
	}
	if kind == "call" {
		what = pad(what, 16)
	}
	s.printf("%s  %s  %s\n", s.tinted(dim, pad(kind, 6)), s.tinted(bold, safe(what)), s.tinted(dim, safe(remark)))
}

// result prints a call and what came of it.
func (s *show) result(call, result, remark string) {
	if s.json {
		_ = s.printJSON(map[string]string{"step": "call", "what": call, "result": result, "remark": remark})
		return
	}
	line := fmt.Sprintf("%s  %s  %s %s", s.tinted(dim, pad("call", 6)), s.tinted(bold, pad(call, 16)), s.tinted(green, "→"), s.tinted(green, safe(result)))
	if remark != "" {
		line += "  " + s.tinted(dim, safe(remark))
	}
	s.printf("%s\n", line)
}

func pad(s string, n int) string { return s + strings.Repeat(" ", max(0, n-len(s))) }

// suggest says what one may type next.
func (s *show) suggest() {
	if s.json {
		return
	}
	program := shellWord(os.Args[0])
	at := ""
	if s.port != "3053" || otherDaemon() {
		at = " --at localhost:" + s.port
	}
	idl, state := shellWord(s.idl), shellWord(s.status.State)
	s.printf("\nType next, in another terminal:\n\n")
	for _, line := range []string{
		"name ls -R" + at,
		"call --idl " + idl + " " + s.url("main") + " deposit 12.5",
		"call --idl " + idl + " " + s.url("main") + " balance",
		"call --idl " + idl + " " + s.url("branch") + " open ada",
		"server list --state " + state,
		"server logs bank --state " + state,
	} {
		s.printf("  %s\n", s.tinted(cyan, program+" "+line))
	}
	s.printf("\nCtrl-C ends the demonstration.\n")
}

// otherDaemon reports whether dsom name would look for another daemon than the demonstration's,
// if that has the usual port: where one is named in the environment, or this user runs one.
func otherDaemon() bool {
	state, err := admin.DefaultState()
	if err != nil {
		return os.Getenv(admin.EnvState) != ""
	}
	_, err = admin.ReadAccess(state)
	return os.Getenv(admin.EnvState) != "" || !errors.Is(err, admin.ErrNoDaemon)
}

// shellWord quotes a word for a shell where that is needed.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+:@%,=\\", r)
	}
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
