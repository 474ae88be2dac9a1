package main

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/limits"
)

func TestDaemonRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"a limit that is no number":  {[]string{"--connections", "many"}, "--connections:"},
		"a time without a unit":      {[]string{"--call-timeout", "60"}, "--call-timeout:"},
		"a limit below zero":         {[]string{"--connections=-5"}, "--connections:"},
		"a certificate of nobody":    {[]string{"--operators", "cert:CN=x"}, "--tls-clients"},
		"a certificate of no client": {[]string{"--allow-write", "cert:CN=x", "--tls-listen", ":0", "--tls-certificate", "x"}, "nobody shows a certificate here"},
		"no network":                 {[]string{"--allow-write", "here"}, "--allow-write:"},
		"a limit that is misspelt":   {[]string{"--conections", "5"}, "did you mean"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := dsom(t, "", append([]string{"daemon", "--state", t.TempDir()}, c.args...)...)
			if got.status != statusUsage || !strings.Contains(got.err, c.want) {
				t.Errorf("got %+v, want status %d and %q", got, statusUsage, c.want)
			}
		})
	}
}

// TestDaemonLimits holds that each limit is an option, and says its default.
func TestDaemonLimits(t *testing.T) {
	t.Parallel()
	help := dsom(t, "", "daemon", "--help").out
	for _, n := range limits.Names() {
		if !strings.Contains(help, "--"+n.String()+"=") {
			t.Errorf("--%s is not in the help", n)
		}
	}
	f := newLimitFlags()
	for i, n := range limits.Names() {
		if n == limits.CallTimeout {
			f.fields.Elem().Field(i).SetString("3s")
		}
		if n == limits.MessageSize {
			f.fields.Elem().Field(i).SetString("unlimited")
		}
	}
	l, err := f.limits()
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Time(limits.CallTimeout).String(); got != "3s" || l.Get(limits.MessageSize) != 1<<63-1 || l.Get(limits.Forwards) != 8 {
		t.Errorf("got %s, %d, %d", got, l.Get(limits.MessageSize), l.Get(limits.Forwards))
	}
}

func TestDaemonPortTaken(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	got := dsom(t, "", "daemon", "--state", t.TempDir(), "--listen", "127.0.0.1:"+port)
	if got.status != statusFailed || !strings.Contains(got.err, "port "+port+" is taken by ") || !strings.Contains(got.err, "--listen") {
		t.Errorf("got %+v", got)
	}
}

func TestWritersOf(t *testing.T) {
	t.Parallel()
	w, err := writersOf([]string{"10.1.2.3/8", "user:root", "192.0.2.1", "fd00::/8"})
	if err != nil || len(w.Networks) != 3 || w.Networks[0].String() != "10.0.0.0/8" || w.Networks[1].String() != "192.0.2.1/32" || !slices.Equal(w.Users, []int{0}) || w.ThisMachine {
		t.Errorf("got %+v, %v", w, err)
	}
	if w, err := writersOf([]string{"this-machine"}); err != nil || !w.ThisMachine {
		t.Errorf("got %+v, %v", w, err)
	}
	who := []string{`10.0.0.0/8,user:root,cert:CN=Smith\, J.,O=Bank,C=DE,cert:CN=b,192.0.2.1`, "cert:CN=c,O=x"}
	if w, err := writersOf(who); err != nil || !slices.Equal(texts(w.Certificates), []string{`CN=Smith\, J.,O=Bank,C=DE`, "CN=b", "CN=c,O=x"}) || len(w.Networks) != 2 || len(w.Users) != 1 {
		t.Errorf("got %+v, %v", w, err)
	}
	if w, err := operatorsOf([]string{"cert:CN=a,O=b", "user:root"}); err != nil || !slices.Equal(texts(w.Certificates), []string{"CN=a,O=b"}) || !slices.Equal(w.Users, []int{0}) {
		t.Errorf("got %+v, %v", w, err)
	}
	who = []string{`cert:CN=a\\,O=b,user:root`, `cert:CN=a\\\,O=c,O=b`, "cert: cn = a + ou = x , O=b"} // two backslashes are one, and escape no comma
	if w, err := operatorsOf(who); err != nil || !slices.Equal(texts(w.Certificates), []string{`CN=a\\,O=b`, `CN=a\\\,O=c,O=b`, "CN=a+OU=x,O=b"}) || len(w.Users) != 1 {
		t.Errorf("got %+v, %v", w, err)
	}
	for _, s := range []string{"cert:", "cert:teller", "cert:/O=Bank/CN=teller", "cert:CN=teller;O=Bank", "cert:Kennung=7", "10.0.0.0/8", "this-machine", "root"} {
		if _, err := operatorsOf([]string{s}); err == nil || !strings.Contains(err.Error(), "--operators") {
			t.Errorf("%s: got %v", s, err)
		}
	}
	if w, err := writersOf([]string{"::ffff:10.1.2.3/104", "::ffff:192.0.2.1"}); err != nil || !slices.Equal(texts(w.Networks), []string{"10.0.0.0/8", "192.0.2.1/32"}) {
		t.Errorf("mapped addresses: got %+v, %v", w, err)
	}
	for _, s := range []string{"cert:", "cert:CN=<x>", "user:", "user:of no such name", "root", "10.0.0.0/33", "::ffff:10.0.0.0/8", "fe80::1%lo"} {
		if _, err := writersOf([]string{s}); err == nil || !strings.Contains(err.Error(), "--allow-write") {
			t.Errorf("%s: got %v", s, err)
		}
	}
}

func texts[T fmt.Stringer](names []T) (all []string) {
	for _, n := range names {
		all = append(all, n.String())
	}
	return all
}

// TestDaemonRules holds that rules that cannot be used are told apart from what goes wrong later.
func TestDaemonRules(t *testing.T) {
	t.Parallel()
	for flag, c := range map[string]struct{ rule, want string }{
		"--publish": {"10.0.0.0/8", "write 10.0.0.0/8=HOST"},
		"--connect": {"10.0.0.0/8", "write it as NETWORK=HOST:PORT"},
	} {
		got := dsom(t, "", "daemon", "--state", t.TempDir(), flag, c.rule)
		if got.status != statusUsage || !strings.Contains(got.err, flag) || !strings.Contains(got.err, c.want) {
			t.Errorf("%s: got %+v", flag, got)
		}
	}
}
