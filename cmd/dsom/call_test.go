package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/orb/poa"
)

const bankIDL = "../../demo/bank/bank.idl"

// purse is an account that is only in memory.
type purse struct {
	bank.AccountBase
	name, owner string
	balance     float64
}

func (p *purse) Name(context.Context) (string, error)     { return p.name, nil }
func (p *purse) Owner(context.Context) (string, error)    { return p.owner, nil }
func (p *purse) Balance(context.Context) (float64, error) { return p.balance, nil }
func (p *purse) SetOwner(_ context.Context, owner string) error {
	p.owner = owner
	return nil
}

func (p *purse) Deposit(_ context.Context, amount float64) error {
	switch {
	case amount < 0:
		return &bank.InvalidAmount{Amount: amount}
	case amount == 13:
		return &exc.SystemException{Kind: exc.NoResources, Minor: 5, Completed: exc.Maybe}
	}
	p.balance += amount
	return nil
}

func (p *purse) Transfer(ctx context.Context, to bank.Account, amount float64) (float64, string, error) {
	if to == nil {
		return p.balance, "nobody", nil
	}
	p.balance -= amount
	err := to.Deposit(ctx, amount)
	return p.balance, "done", err
}

// purses returns a server's objects: their references, by name.
func purses(t *testing.T, names ...string) map[string]*orb.Ref {
	t.Helper()
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	root := poa.New(o)
	refs := map[string]*orb.Ref{}
	for _, n := range names {
		if refs[n], err = root.ActivateKey(n, bank.AccountClass.Servant(&purse{name: n, owner: n})); err != nil {
			t.Fatal(err)
		}
	}
	return refs
}

// plain returns a URL that tells the object's address and key, and not its type.
func plain(t *testing.T, ref *orb.Ref) string {
	t.Helper()
	u, ok := ref.IOR().Corbaloc()
	if !ok {
		t.Fatal("no corbaloc URL")
	}
	return u.String()
}

func TestCall(t *testing.T) {
	t.Parallel()
	refs := purses(t, "main", "other")
	url, other := refs["main"].String(), plain(t, refs["other"])
	for _, c := range []struct {
		args []string // behind "call --idl bank.idl"
		want string
	}{
		{[]string{url, "deposit", "100"}, ""},
		{[]string{url, "balance"}, "100\n"},
		{[]string{plain(t, refs["main"]), "balance"}, "100\n"}, // the object is asked for its type
		{[]string{"--interface", "Account", url, "balance"}, "100\n"},
		{[]string{"--giop", "1.0", url, "balance"}, "100\n"},
		{[]string{"--timeout", "20s", url, "balance"}, "100\n"},
		{[]string{url, "owner=Ada Lovelace"}, ""},
		{[]string{url, "owner"}, `"Ada Lovelace"` + "\n"},
		{[]string{url, `owner="A \"quoted\" one"`}, ""},
		{[]string{url, "owner"}, `"A \"quoted\" one"` + "\n"},
		{[]string{url, "transfer", other, "25"}, `{"return":75,"receipt":"done"}` + "\n"},
		{[]string{"--args", fmt.Sprintf(`{"amount": 5, "to": %q}`, other), url, "transfer"}, `{"return":70,"receipt":"done"}` + "\n"},
		{[]string{url, "transfer", "null", "1"}, `{"return":70,"receipt":"nobody"}` + "\n"},
		{[]string{other, "balance", "--json"}, "30\n"},
		{[]string{url, "_is_a", "IDL:Bank/Account:1.0"}, "true\n"},
		{[]string{url, "_is_a", "IDL:Bank/Branch:1.0"}, "false\n"},
		{[]string{url, "_non_existent"}, "false\n"},
		{[]string{url, "_repository_id"}, `"IDL:Bank/Account:1.0"` + "\n"},
	} {
		got := dsom(t, "", append([]string{"call", "--idl", bankIDL}, c.args...)...)
		if got.status != 0 || got.out != c.want || got.err != "" {
			t.Errorf("%q: got %+v, want %q", c.args, got, c.want)
		}
	}
}

func TestCallRaises(t *testing.T) {
	t.Parallel()
	url := purses(t, "main")["main"].String()
	for _, c := range []struct{ amount, want string }{
		{"-1", `{"_exception":"IDL:Bank/InvalidAmount:1.0","amount":-1}` + "\n"},
		{"-1e3", `{"_exception":"IDL:Bank/InvalidAmount:1.0","amount":-1000}` + "\n"},
		{"13", `{"_exception":"IDL:omg.org/CORBA/NO_RESOURCES:1.0","minor":5,"completed":"MAYBE"}` + "\n"},
	} {
		got := dsom(t, "", "call", "--idl", bankIDL, url, "deposit", c.amount)
		if got.status != statusRaised || got.err != c.want || got.out != "" {
			t.Errorf("deposit %s: got %+v, want %q", c.amount, got, c.want)
		}
	}
	got := dsom(t, "", "call", "--idl", bankIDL, url, "withdraw", "1") // the Base answers
	if got.status != statusRaised || !strings.Contains(got.err, "NO_IMPLEMENT") {
		t.Errorf("got %+v", got)
	}
	gone := strings.Replace(plain(t, purses(t, "main")["main"]), "/main", "/gone", 1)
	got = dsom(t, "", "call", "--idl", bankIDL, "--interface", "Bank::Account", gone, "balance")
	if got.status != statusRaised || !strings.Contains(got.err, "OBJECT_NOT_EXIST") {
		t.Errorf("got %+v", got)
	}
}

func TestCallFails(t *testing.T) {
	t.Parallel()
	url := purses(t, "main")["main"].String()
	for name, c := range map[string]struct {
		args   []string
		status int
		want   string
	}{
		"no IDL":           {[]string{url, "balance"}, statusUsage, "--idl"},
		"bad IDL":          {[]string{"--idl", "none.idl", url, "balance"}, statusFailed, "none.idl"},
		"unknown":          {[]string{"--idl", bankIDL, url, "blance"}, statusUsage, "did you mean balance?"},
		"unknown type":     {[]string{"--idl", bankIDL, "--interface", "Acount", url, "balance"}, statusUsage, "did you mean Account?"},
		"readonly":         {[]string{"--idl", bankIDL, url, "balance=3"}, statusFailed, "readonly"},
		"not an attribute": {[]string{"--idl", bankIDL, url, "deposit=3"}, statusUsage, "is an operation"},
		"too many":         {[]string{"--idl", bankIDL, url, "deposit", "3", "4"}, statusUsage, "takes 1 argument, amount (double), not 2"},
		"behind a write":   {[]string{"--idl", bankIDL, url, "owner=3", "4"}, statusUsage, "writes an attribute"},
		"no number":        {[]string{"--idl", bankIDL, url, "deposit", "x"}, statusUsage, "argument amount"},
		"not in --args":    {[]string{"--idl", bankIDL, url, "deposit", "--args", `{"amuont": 1}`}, statusUsage, "did you mean amount?"},
		"missing":          {[]string{"--idl", bankIDL, url, "deposit", "--args", `{}`}, statusUsage, "amount is missing"},
		"bad --args":       {[]string{"--idl", bankIDL, url, "deposit", "--args", `[1]`}, statusUsage, "a JSON object"},
		"more than --args": {[]string{"--idl", bankIDL, url, "deposit", "--args", `{} {}`}, statusUsage, "something follows"},
		"both":             {[]string{"--idl", bankIDL, url, "deposit", "1", "--args", `{"amount":1}`}, statusUsage, "not both"},
		"bad reference":    {[]string{"--idl", bankIDL, url, "transfer", "nowhere", "1"}, statusUsage, "argument to"},
		"no URL":           {[]string{"--idl", bankIDL, "bank", "balance"}, statusUsage, "no object URL"},
		"nil":              {[]string{"--idl", bankIDL, new(ior.IOR).String(), "balance"}, statusFailed, "nil reference"},
		"unreachable":      {[]string{"--idl", bankIDL, "corbaloc::127.0.0.1:1/x", "balance"}, statusFailed, "127.0.0.1:1"},
		"negative time":    {[]string{"--timeout", "-1s", url, "_non_existent"}, statusUsage, "--timeout"},
		"as JSON":          {[]string{"--json", "--idl", bankIDL, "bank", "balance"}, statusUsage, `{"error":`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := dsom(t, "", append([]string{"call"}, c.args...)...)
			if got.status != c.status || !strings.Contains(got.err, c.want) || got.out != "" {
				t.Errorf("got %+v, want status %d and %q", got, c.status, c.want)
			}
		})
	}
}

// TestBind holds how words become values of all types.
func TestBind(t *testing.T) {
	t.Parallel()
	r, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.FilesOf{"t.idl": `
		#include <orb.idl>
		module M {
		  enum Color { red, green };
		  struct P { long x; string s; };
		  union U switch (Color) { case red: long n; default: string s; };
		  typedef sequence<octet> Blob;
		  typedef sequence<string> Strings;
		  interface I {
		    void s(in string v); void ws(in wstring v); void c(in char v); void wc(in wchar v); void e(in Color v);
		    void d(in double v); void ll(in long long v); void b(in boolean v); void octets(in Blob v); void point(in P v);
		    void union_(in U v); void a(in any v); void o(in Object v); void tc(in CORBA::TypeCode v); void ss(in Strings v);
		  };
		};`}}, "t.idl")
	if err != nil {
		t.Fatal(err)
	}
	o, err := newClient(cdr.V12)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Shutdown(context.Background())
	b := &binder{ctx: t.Context(), orb: o, spec: r.Spec}
	bind := func(op, word string) (string, error) {
		sig, err := dii.Of(r.Spec.Lookup("M::I::" + op).(*model.Operation))
		if err != nil {
			t.Fatal(err)
		}
		args, err := b.bind(sig, []string{word}, "")
		if err != nil {
			return "", err
		}
		text, err := dyn.MarshalJSON(args[0])
		return string(text), err
	}
	for _, c := range []struct{ op, word, want string }{
		{"s", "hello world", `"hello world"`},
		{"s", `"hello"`, `"hello"`},
		{"s", `"hello`, `"\"hello"`},
		{"s", "5", `"5"`},
		{"s", "", `""`},
		{"s", "<a&b>", `"<a&b>"`},
		{"ws", "€", `"€"`},
		{"c", "x", `"x"`},
		{"c", `"\u00e9"`, `"\u00e9"`},
		{"wc", "€", `"€"`},
		{"e", "green", `"green"`},
		{"d", "-Infinity", `"-Infinity"`},
		{"d", "NaN", `"NaN"`},
		{"d", "1e3", "1000"},
		{"ll", "9223372036854775807", `"9223372036854775807"`},
		{"ll", `"-5"`, `"-5"`},
		{"b", "true", "true"},
		{"octets", `"AQI="`, `"AQI="`},
		{"point", `{"x": 1, "s": "y"}`, `{"x":1,"s":"y"}`},
		{"union_", `{"_d": "red", "n": 3}`, `{"_d":"red","n":3}`},
		{"a", `{"_type": "M::Color", "_value": "red"}`, `{"_type":"enum M::Color {red, green}","_value":"red"}`},
		{"o", "null", "null"},
		{"o", "corbaloc:iiop:1.2@h:1/k", `"corbaloc:iiop:1.2@h:1/k"`},
		{"tc", "sequence<long>", `"sequence<long>"`},
		{"ss", `["a","b"]`, `["a","b"]`},
	} {
		if got, err := bind(c.op, c.word); err != nil || got != c.want {
			t.Errorf("%s %s: got %s, %v, want %s", c.op, c.word, got, err, c.want)
		}
	}
	for _, c := range []struct{ op, word, want string }{
		{"e", "blue", "red, green"},
		{"c", "xy", "one character"},
		{"ll", "1.5", "argument v"},
		{"b", "TRUE", "argument v"},
		{"point", `{"x": 1}`, "s of P is missing"},
		{"point", `{"x": "a", "s": ""}`, ".x: "},
		{"a", "5", "_type"},
		{"ss", `["a"`, "ends too early"},
	} {
		if got, err := bind(c.op, c.word); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: got %s, %v, want an error with %q", c.op, c.word, got, err, c.want)
		}
	}
}

// TestResultNamedReturn holds that a parameter called return does not hide what is returned.
func TestResultNamedReturn(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	c := newConsole(strings.NewReader(""), &b, &b)
	sig := &dii.Signature{Result: dyn.Long.TypeCode(), Params: []dii.Param{{Name: "return", Direction: model.Out, Type: dyn.Long.TypeCode()}}}
	if err := c.printResults(sig, dii.Results{Return: dyn.Long.Any(1), Out: []dyn.Any{dyn.Long.Any(2)}}); err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(b.String()); got != `{"_return":1,"return":2}` || !json.Valid([]byte(got)) {
		t.Errorf("got %s", got)
	}
}

// TestCallLate holds that a call which took too long has failed, whichever side noticed it first.
func TestCallLate(t *testing.T) {
	t.Parallel()
	v := callCmd{Timeout: 300 * time.Millisecond}
	for _, remote := range []bool{false, true} {
		err := v.late(&exc.SystemException{
			Kind: exc.Timeout, Minor: exc.MinorDeadline, Completed: exc.Maybe, Remote: remote, Cause: context.DeadlineExceeded,
		})
		var said bytes.Buffer
		status := newConsole(strings.NewReader(""), io.Discard, &said).finish(err)
		if status != statusFailed || !strings.Contains(said.String(), "no reply within 300ms") {
			t.Errorf("remote %v: got %d, %q", remote, status, said.String())
		}
	}
	own := exc.New(exc.Timeout, 0, exc.No, "the object's own")
	if got := v.late(own); got != error(own) {
		t.Errorf("got %v, want the object's own", got)
	}
}
