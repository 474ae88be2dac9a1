package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/probe"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/svc/implrepo"
)

type nameCheckCmd struct {
	namingFlags
	Timeout time.Duration `default:"3s" placeholder:"TIME" help:"How long an address may take to answer."`
	Wake    bool          `help:"Ask also for objects whose servers do not run: that starts them."`
	Dead    bool          `help:"Print the dead ones alone, a name a line, for what is to follow."`
	Name    string        `arg:"" optional:"" help:"The naming context to check, with those inside. Default: the root."`
}

func (nameCheckCmd) Help() string {
	return `Asks each object that has a name whether it is there, without calling it, and says which are not: dead are those whose
server says so, or is registered no more; unreachable those whose server does not answer, which may be for the moment. Servers of the
daemon of this machine that do not run are not started for it: their objects are asleep. Of another daemon it is not known which run, so that objects of
its servers are not asked without --wake. The status is 1 if a name is dead or unreachable.

Example:

    dsom name check
    dsom name unbind --dead bank`
}

// The verdicts of dsom name check. Their text is stable.
const (
	aliveName       = "alive"
	asleepName      = "asleep" // its server does not run, and is started by a call
	deadName        = "dead"
	unreachableName = "unreachable"
	nilName         = "nil"       // bound to a nil reference
	unaskedName     = "not asked" // its server may not run, and would be started
)

// checkedName is a line of dsom name check; its JSON is stable.
type checkedName struct {
	Name    string `json:"name"`
	Kind    string `json:"kind"` // object or context
	Verdict string `json:"verdict"`
	Reason  string `json:"reason,omitempty"`

	below string         // the name from the context that is checked
	name  cosnaming.Name // likewise
	ref   *orb.Ref       // of which the verdict is
}

// checkTimeout is how long an address may take to answer where nothing else is said.
const checkTimeout = 3 * time.Second

// atOnce is how many objects are asked for at a time in all, and perAddress of those at an address.
const (
	atOnce     = 16
	perAddress = 2
)

func (v nameCheckCmd) Run(ctx context.Context, c *console) error {
	if v.Timeout <= 0 {
		return usage("--timeout: %v is no time to wait for an answer", v.Timeout)
	}
	n, in, at, err := v.openAt(ctx, v.Name)
	if err != nil {
		return err
	}
	defer n.close()
	checked, failed, err := v.check(ctx, n, in, at)
	if err != nil {
		return namingError(v.Name, err)
	}
	counts := map[string]int{}
	shown := []checkedName{}
	for _, x := range checked {
		counts[x.Verdict]++
		if !v.Dead || x.Verdict == deadName {
			shown = append(shown, x)
		}
	}
	if err := v.print(c, shown, counts); err != nil {
		return err
	}
	for _, f := range failed {
		c.complain(f, "")
	}
	if len(failed) > 0 || counts[deadName]+counts[unreachableName] > 0 {
		return errReported
	}
	return nil
}

func (v nameCheckCmd) print(c *console, shown []checkedName, counts map[string]int) error {
	switch {
	case c.json:
		return c.printJSON(shown)
	case v.Dead:
		for _, x := range shown {
			c.printf("%s\n", safe(x.Name))
		}
		return nil
	}
	var rows [][]string
	for _, x := range shown {
		rows = append(rows, []string{x.Name, x.Verdict, x.Reason})
	}
	if len(rows) > 0 {
		c.table([]string{"NAME", "VERDICT", ""}, rows)
	}
	unasked := ""
	if n := counts[unaskedName]; n > 0 {
		unasked = fmt.Sprintf(", %d not asked: --wake asks them", n)
	}
	c.note("%d alive, %d asleep, %d dead, %d unreachable%s", counts[aliveName], counts[asleepName], counts[deadName], counts[unreachableName], unasked)
	return nil
}

// check lists and asks. failed is what could not be listed.
func (v nameCheckCmd) check(ctx context.Context, n *namingClient, in cosnaming.NamingContext, at cosnaming.Name) (checked []checkedName, failed []error, err error) {
	l := &listing{namingClient: n, recursive: true, seen: map[string]bool{}}
	if err := l.list(ctx, in, nil, 0); err != nil {
		return nil, nil, err
	}
	k, err := v.checker(ctx, n)
	if err != nil {
		return nil, nil, err
	}
	checked = make([]checkedName, len(l.found))
	var wg sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i, b := range l.found {
		name := append(b.parent[:len(b.parent):len(b.parent)], b.last)
		checked[i] = checkedName{Name: nameText(append(at[:len(at):len(at)], name...)), Kind: b.Kind, below: b.Name, name: name}
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			o, err := in.Resolve(ctx, name)
			checked[i].ref = orb.RefOf(o)
			checked[i].Verdict, checked[i].Reason = k.verdict(ctx, b.Kind, checked[i].ref, err)
		})
	}
	wg.Wait()
	there := checked[:0]
	for _, x := range checked {
		if x.Verdict != "" { // "": it was taken away meanwhile
			there = append(there, x)
		}
	}
	for _, f := range l.failed { // what is inside a dead context cannot be told, and that it is dead is told
		if !deadContext(there, f) {
			failed = append(failed, f)
		}
	}
	return there, failed, ctx.Err()
}

// checker returns what asks for the objects of a naming service.
func (v nameCheckCmd) checker(ctx context.Context, n *namingClient) (*checker, error) {
	rules, err := connectRules()
	return &checker{Prober: probe.Prober{Timeout: v.Timeout, Connect: rules}, wake: v.Wake, servers: v.servers(ctx, n), busy: map[string]chan struct{}{}}, err
}

// deadContext reports whether a failure to list is explained by a verdict.
func deadContext(checked []checkedName, failed error) bool {
	for _, x := range checked {
		if x.Kind == "context" && x.Verdict != aliveName && strings.HasPrefix(failed.Error(), x.below+": ") {
			return true
		}
	}
	return false
}

// servers returns how the servers of the daemon of this machine are, by UUID; nil where the naming service of another one
// is checked, or the daemon does not tell.
func (v nameCheckCmd) servers(ctx context.Context, n *namingClient) map[string]admin.Server {
	d, err := v.daemon()
	if err != nil || v.At != "" && !n.isOf(ctx, d) {
		return nil
	}
	list, err := d.Servers(ctx)
	if err != nil {
		return nil
	}
	all := make(map[string]admin.Server, len(list))
	for _, s := range list {
		all[s.UUID] = s
	}
	return all
}

// isOf reports whether the naming service is that of a daemon of this machine, by its address.
func (n *namingClient) isOf(ctx context.Context, d *admin.Client) bool {
	root, ok := n.root.(orb.Object)
	if !ok {
		return false
	}
	at, ok := firstAddress(orb.RefOf(root).IOR())
	s, err := d.Status(ctx)
	return ok && err == nil && (at == s.Local || slices.Contains(s.Addresses, at))
}

// A checker asks for objects.
type checker struct {
	probe.Prober
	wake    bool
	servers map[string]admin.Server // nil: not known

	mu   sync.Mutex
	busy map[string]chan struct{} // by address
}

// verdict says what of an object is known, or can be found out.
func (k *checker) verdict(ctx context.Context, kind string, ref *orb.Ref, err error) (verdict, reason string) {
	switch {
	case vanished(err):
		return "", ""
	case err != nil:
		return unreachableName, fmt.Sprintf("the naming service does not tell: %v", err)
	case ref == nil:
		return nilName, ""
	}
	if s, ok := k.sleeping(ref); ok {
		return asleepName, fmt.Sprintf("its server %s does not run", s.Name)
	}
	if k.servers == nil && !k.wake && kind == "object" && startsServer(ref) {
		return unaskedName, "its server may not run, and the question would start it"
	}
	if address, ok := firstAddress(ref.IOR()); ok {
		gate := k.gate(address)
		select {
		case gate <- struct{}{}:
			defer func() { <-gate }()
		case <-ctx.Done():
			return unreachableName, ctx.Err().Error()
		}
	}
	return judge(k.Probe(ctx, ref.IOR()))
}

// sleeping returns the server of an object that does not run and would be started for it.
func (k *checker) sleeping(ref *orb.Ref) (s admin.Server, ok bool) {
	key, ours := ior.ParseKey([]byte(ref.ObjectKey()))
	if !ours || k.wake {
		return s, false
	}
	s, ok = k.servers[implrepo.UUID(key.Server).String()]
	return s, ok && (s.Run.State == admin.StateStopped || s.Run.State == admin.StateBackOff)
}

// startsServer reports whether a reference may be one whose server a daemon starts.
func startsServer(ref *orb.Ref) bool {
	key, ours := ior.ParseKey([]byte(ref.ObjectKey()))
	return ours && key.Incarnation == 0
}

// gate is what lets perAddress pass at a time.
func (k *checker) gate(address string) chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.busy[address] == nil {
		k.busy[address] = make(chan struct{}, perAddress)
	}
	return k.busy[address]
}

func firstAddress(r *ior.IOR) (string, bool) {
	for _, p := range r.Profiles {
		if b, err := p.IIOP(); err == nil {
			return fmt.Sprint(b.Host, ":", b.Port), true
		}
	}
	return "", false
}

// judge turns what came of a probe into a verdict. An object is dead if a server of it says so, and no address
// leads to one that has it.
func judge(r *probe.Report) (verdict, reason string) {
	if r.Reachable {
		return aliveName, ""
	}
	verdict, reason = unreachableName, "its reference has no address that can be tried"
	for _, f := range r.Addresses {
		v, why := unreachableName, fmt.Sprintf("%s: %s", f.Address, f.Outcome)
		switch {
		case f.Outcome == probe.NotExist:
			v = deadName
		case f.Outcome == probe.Raised: // a server is there, and has said something else
			why = fmt.Sprintf("%s: %s", f.Address, f.Detail)
		case f.Forward != nil:
			v, why = judge(f.Forward)
		}
		if verdict != deadName {
			verdict, reason = v, why
		}
	}
	return verdict, reason
}
