//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	demo "github.com/opendsom/dsom/demo/bank"
	"github.com/opendsom/dsom/internal/chromium"
)

// markup is a name that would be a script, were it ever read as HTML.
const markup = `<img src=x onerror=document.title='pwned'>`

// aConsoleHouse is a house with a bank that is known to the console, a server that writes what would be HTML, and hostile names.
func aConsoleHouse(t *testing.T) (h *house, at string) {
	t.Helper()
	h = newHouse(t)
	if err := os.MkdirAll(filepath.Join(h.state, "idl"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(h.state, "idl", "bank.idl"), []byte(demo.IDL), 0o600); err != nil {
		t.Fatal(err)
	}
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addBank()
	h.must("server", "add", "--activation", "manual", "loud", "--", h.script("loud", "echo '"+strings.ReplaceAll(markup, "'", `"`)+"'; exit 3"))
	h.must("call", "--idl", bankIDL, h.url("bank"), "deposit", "100")
	h.must("name", "bind", markup, h.url("bank"))
	h.must("name", "bind", "-p", "many/\u202egnp.exe", h.url("bank"))
	return h, strings.TrimSpace(h.must("console"))
}

// TestConsole looks at the pages as a person does: each shows what is there, links and forms work by the keyboard alone, an operation is
// called, and nothing is asked of anybody else.
func TestConsole(t *testing.T) {
	h, at := aConsoleHouse(t)
	p := chromium.Open(t)
	p.Go(at)
	p.Text("2 registered, 1 take calls")
	p.Await("location.hash === '#/servers' && document.activeElement.id === 'main'") // the token is not left in the address

	// By the keyboard: to the first server, its page, and its log.
	p.Await("document.querySelector('tbody a').textContent === 'bank'")
	for range 20 {
		if p.Value("document.activeElement.textContent") == "loud" {
			break
		}
		p.Press("Tab")
	}
	p.Value("document.querySelector('tbody').dataset.old = 'yes'")
	p.Await("!document.querySelector('tbody').dataset.old") // it is shown anew: the focus stays
	if got := p.Value("document.activeElement.textContent"); got != "loud" {
		t.Errorf("the focus is at %q", got)
	}
	p.Press("Enter")
	p.Await("document.title === 'loud – DSOM console'")
	p.Await("document.getElementById('start') && !document.getElementById('start').disabled")
	p.Value("document.getElementById('start').focus()")
	p.Press("Enter")
	p.Text("did not come up")
	p.Await("document.getElementById('log').textContent.includes('<img src=x')")

	// Names, found by search; hostile ones are text.
	p.Press("g", "n")
	p.Await("document.querySelector('h1').textContent === 'Names' && document.getElementById('search')")
	p.Text(`<img src=x onerror=document.title='pwned'>`)
	p.Press("/")
	p.Await("document.activeElement.id === 'search'")
	p.Type("main")
	p.Press("Enter")
	p.Await("document.querySelectorAll('tbody tr').length === 1")
	p.Text("bank/main")
	p.Go(strings.Split(at, "#")[0] + "#/names?in=many")
	p.Text("many/\ufffdgnp.exe")

	// The object: its reference, whether it is reached, and its operations.
	p.Go(strings.Split(at, "#")[0] + "#/object?url=" + url.QueryEscape("corbaname:rir:#bank/main"))
	p.Text("IDL:Bank/Account:1.0")
	p.Await("document.getElementById('probe')")
	p.Value("document.getElementById('probe').click()")
	p.Text("It is reached.")
	p.Text("double withdraw(in double amount)")
	field := "[...document.querySelectorAll('fieldset')].find((f) => f.textContent.includes('void deposit'))"
	p.Value(field + ".querySelector('input').focus()")
	p.Type("12.5")
	p.Press("Enter")
	p.Await(field + ".textContent.includes('Done after')")
	p.Value(field + ".querySelector('input').select()")
	p.Type("-1")
	p.Press("Enter")
	p.Await(field + ".textContent.includes('IDL:Bank/InvalidAmount:1.0')")
	p.Value(field + ".querySelector('input').select()")
	p.Type("much")
	p.Press("Enter")
	p.Await(field + ".textContent.includes('is not a number')")
	balance := "[...document.querySelectorAll('fieldset')].find((f) => f.textContent.includes('double balance'))"
	p.Value(balance + ".querySelector('button').click()")
	p.Await(balance + ".textContent.includes('112.5')")
	if got := strings.TrimSpace(h.must("call", "--idl", bankIDL, h.url("bank"), "balance")); got != "112.5" {
		t.Errorf("the balance is %s", got)
	}

	// What was called, by whom, and the classes.
	p.Press("Escape")
	p.Value("document.activeElement.blur()")
	p.Press("g", "l")
	p.Text("Bank::Account deposit")
	p.Text("NamingContext rebind")
	p.Await("document.querySelector('.bars').getAttribute('aria-label').includes('half took less than')")
	p.Press("g", "k")
	p.Text("(daemon)")
	saying(t, h, "GET /"+strings.ReplaceAll(markup, " ", "+")+" HTTP/1.0\r\n\r\n")
	p.Press("g", "v")
	p.Text("HTTP: 1")
	p.Text("GET /<img")
	p.Press("g", "c")
	p.Text("Bank::Branch")
	p.Go(strings.Split(at, "#")[0] + "#/classes/Bank%3A%3AAccount")
	p.Text("What has been deposited when this returns is not lost")

	// Help, and colours.
	p.Press("?")
	p.Await("document.getElementById('keys').open")
	p.Press("Escape")
	p.Await("!document.getElementById('keys').open")
	ground := "getComputedStyle(document.body).backgroundColor"
	p.Prefer("light")
	light := p.Value(ground)
	p.Prefer("dark")
	dark := p.Value(ground)
	p.Press("t") // light, whatever the system has
	p.Await("document.documentElement.dataset.theme === 'light'")
	if now := p.Value(ground); light == dark || now != light {
		t.Errorf("light is %s, dark is %s, and light where the system is dark %s", light, dark, now)
	}

	for _, asked := range p.Requests() {
		if !strings.HasPrefix(asked, strings.Split(at, "#")[0]) {
			t.Errorf("the page has asked for %s", asked)
		}
	}
	if n := len(p.Requests()); n < 10 {
		t.Errorf("only %d requests were seen", n)
	}
	for _, e := range p.Errors() {
		if !strings.Contains(e, "/v1/servers/loud/start") { // that it did not come up is an answer, of status 502
			t.Errorf("the page complains: %s", e)
		}
	}
	if title := p.Value("document.title"); strings.Contains(title, "pwned") {
		t.Error("a name was read as HTML")
	}
}

// TestConsoleErrors holds what the pages say where nobody is let in, where there is nothing, and where the daemon has gone.
func TestConsoleErrors(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	at := strings.TrimSpace(h.must("console"))
	plain, _, _ := strings.Cut(at, "#")
	p := chromium.Open(t)
	p.Go(plain)
	p.Text("dsom console")
	p.Await("document.activeElement.id === 'token'")
	p.Type("wrong")
	p.Press("Enter")
	p.Text("The token is not this daemon’s")
	_, token, _ := strings.Cut(at, "=")
	p.Await("document.activeElement.id === 'token'")
	p.Type(token)
	p.Press("Enter")
	p.Text("No server is registered yet")
	for page, says := range map[string]string{
		"#/names": "Nothing is bound here", "#/classes": "No interface is known", "#/calls": "", "#/object": "Enter a reference",
		"#/object?url=IOR:zz": "stringified reference", "#/names?in=nobody": "nothing has the name", "#/servers/nobody": "nobody", "#/no": "No server is registered yet",
	} {
		p.Go(plain + page)
		p.Text(says)
	}
	p.Go(plain + "#/servers")
	p.Text("No server is registered yet")
	h.stopDaemon()
	p.Text("The daemon does not answer")
}

// TestTop holds what dsom top prints where there is no terminal.
func TestTop(t *testing.T) {
	h, _ := aConsoleHouse(t)
	var text string
	for _, want := range []string{"1 of 2 servers take calls", "bank", "loud", "Bank::Account deposit"} {
		eventually(t, fmt.Sprintf("%q is shown", want), func() bool { // a bank that does not tell its calls in a second is passed over
			text = h.must("top", "--once", "--every", "150ms")
			return strings.Contains(text, want)
		})
	}
	if strings.Contains(text, "\x1b") {
		t.Errorf("a terminal is spoken to: %q", text)
	}
	var v topView
	eventually(t, "operations are told", func() bool {
		v = topView{}
		if err := json.Unmarshal([]byte(h.must("top", "--once", "--json", "--every", "150ms")), &v); err != nil || len(v.Servers) != 2 {
			t.Errorf("got %+v, %v", v, err)
		}
		return len(v.Operations) > 0
	})
	if got := h.run("top", "--every", "1ns"); got.status != statusUsage {
		t.Errorf("got %+v", got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out := &watched{text: "servers take calls", then: cancel}
	if status := run(ctx, []string{"top", "--every", "100ms", "--state", h.state}, strings.NewReader(""), out, out); status != statusGood || ctx.Err() != context.Canceled {
		t.Errorf("status %d, %v:\n%s", status, ctx.Err(), out.got.String())
	}
}

// TestConsoleUpgrade replaces a server's program, and goes back, as a person does: by the keyboard, with the outcome told, and a program that does not come up leaving all as
// it was.
func TestConsoleUpgrade(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addTeller("teller", "one")
	h.must("server", "start", "teller")
	first := h.server("teller")
	p := chromium.Open(t)
	p.Go(strings.TrimSpace(h.must("console")))
	p.Await("document.querySelector('tbody a') !== null")
	p.Value("document.querySelector('tbody a').focus()")
	p.Press("Enter")
	p.Await("document.getElementById('command') !== null")
	if got, want := p.Value("document.getElementById('command').value"), strings.Join(first.Command, "\n"); got != want {
		t.Errorf("the form has the command %q, want %q", got, want)
	}
	if p.Value("String(document.getElementById('rollback').disabled)") != "true" {
		t.Error("there is nothing to go back to, and the button can be pressed")
	}

	unfold := func() {
		p.Value("document.querySelector('#upgrades summary').focus()")
		p.Press("Enter")
		p.Await("document.getElementById('upgrades').open")
	}
	unfold()
	replace := func(command []string, then string) {
		p.Value("document.getElementById('command').focus()")
		p.Value("document.getElementById('command').select()")
		p.Type(strings.Join(command, "\n"))
		p.Value("document.getElementById('upgrade').focus()")
		p.Press("Enter")
		p.Text(then)
		p.Await("!document.getElementById('upgrade').disabled")
	}
	second := append(slices.Clone(first.Command), "a second word")
	replace(second, "The new program came up in")
	s := h.server("teller")
	if !slices.Equal(s.Command, second) || s.Upgrade != 1 || s.Run.State != "ready" || s.Run.PID == first.Run.PID {
		t.Errorf("after the upgrade: %+v", s)
	}
	p.Text("command before the last upgrade")

	replace([]string{h.script("broken", "echo the vault is locked; exit 3")}, "did not come up")
	p.Text("the vault is locked")
	if now := h.server("teller"); !slices.Equal(now.Command, second) || now.Upgrade != 1 || now.Run.PID != s.Run.PID {
		t.Errorf("after one that does not come up: %+v", now)
	}

	p.Value("document.getElementById('rollback').focus()")
	p.Press("Enter")
	p.Text("It runs " + strings.Join(first.Command, " ") + ".")
	if now := h.server("teller"); !slices.Equal(now.Command, first.Command) || now.Run.State != "ready" || now.Run.PID == s.Run.PID {
		t.Errorf("after going back: %+v", now)
	}

	odd := append(slices.Clone(first.Command), "", "two\nlines", "ends in a blank ", ` "quoted"`, `"quoted" with \ and é`, "\t")
	h.must(append([]string{"server", "upgrade", "teller", "--"}, odd...)...)
	p.Value("location.reload(), 1")
	p.Await("document.getElementById('command')?.value.includes('two\\\\nlines')")
	unfold()
	replace(strings.Split(p.Value("document.getElementById('command').value"), "\n"), "The new program came up in")
	if now := h.server("teller"); !slices.Equal(now.Command, odd) {
		t.Errorf("a command of odd words was sent as it is shown, and has become %q, want %q", now.Command, odd)
	}
	before := h.server("teller").Upgrade
	replace([]string{h.program, `"no end`}, "is no string of JSON")
	if now := h.server("teller"); now.Upgrade != before {
		t.Errorf("what is no command was taken: %q", now.Command)
	}
	for _, e := range p.Errors() {
		if !strings.Contains(e, "/upgrade") { // that one did not come up is an answer, of status 502
			t.Errorf("the page complains: %s", e)
		}
	}
}
