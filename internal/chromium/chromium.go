// Package chromium drives a headless Chromium for tests of pages, by its DevTools protocol over a pipe.
//
// The pipe needs nothing but JSON, each message ended by a zero octet, and no port: a library that speaks the protocol over WebSocket
// would bring a thousand generated types for the dozen methods that are used here.
package chromium

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"
)

// patience is how long anything may take.
const patience = 60 * time.Second

// one keeps the tests of a process from running several browsers at once: each takes hundreds of megabytes.
var one sync.Mutex

// A Page is a page in a browser of its own.
type Page struct {
	t       testing.TB
	in      *os.File
	session string

	mu       sync.Mutex
	id       int
	waiting  map[int]chan answer
	gone     bool
	requests []string // URLs
	errors   []string // what the console, or the page's scripts, complained of
}

type answer struct {
	Result json.RawMessage
	Error  *struct{ Message string }
}

// message is what comes from the browser.
type message struct {
	ID     int
	Method string
	Params json.RawMessage
	answer
}

// Open starts a browser with an empty page. Without Chromium the test is skipped, and fails if CI=true.
func Open(t testing.TB) *Page {
	t.Helper()
	var program string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("there is no Chromium: interop/install-peers installs it")
		}
		t.Skip("SKIPPED: there is no Chromium, so that nobody looks at the pages: interop/install-peers installs it")
	}
	one.Lock()
	t.Cleanup(one.Unlock)
	p := &Page{t: t, waiting: map[int]chan answer{}}
	p.start(program)
	var target struct{ TargetID string }
	p.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	p.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	p.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		p.call(domain+".enable", nil, nil)
	}
	return p
}

// start starts the browser, which is killed when the test ends.
func (p *Page) start(program string) {
	p.t.Helper()
	theirs, in, err := os.Pipe()
	if err != nil {
		p.t.Fatal(err)
	}
	out, theirOut, err := os.Pipe()
	if err != nil {
		p.t.Fatal(err)
	}
	tmp, err := os.MkdirTemp("", "chr") // what a browser that is killed leaves behind; there is a socket in it, whose path must be short
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = os.RemoveAll(tmp) })
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--no-first-run", "--no-default-browser-check", "--disable-extensions", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--window-size=1200,800", "--user-data-dir="+p.t.TempDir())
	var said bytes.Buffer
	cmd.ExtraFiles, cmd.Stderr = []*os.File{theirs, theirOut}, &said
	cmd.Env = append(os.Environ(), "TMPDIR="+tmp)
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		cancel()
		p.t.Fatal(err)
	}
	_, _ = theirs.Close(), theirOut.Close()
	p.in = in
	read := make(chan struct{})
	go func() {
		defer close(read)
		p.read(out)
	}()
	p.t.Cleanup(func() {
		_ = in.Close() // it ends by that
		cancel()
		_ = cmd.Wait() // it was killed
		_ = out.Close()
		<-read
		if p.t.Failed() {
			p.t.Logf("Chromium said: %.500s", said.String())
		}
	})
}

// read deals with what the browser says, until it has ended.
func (p *Page) read(out *os.File) {
	r := bufio.NewReaderSize(out, 1<<20)
	for {
		line, err := r.ReadBytes(0)
		if err != nil {
			break
		}
		var m message
		if json.Unmarshal(line[:len(line)-1], &m) != nil {
			continue
		}
		p.mu.Lock()
		if c := p.waiting[m.ID]; c != nil && m.ID != 0 {
			delete(p.waiting, m.ID)
			c <- m.answer
		}
		p.event(m)
		p.mu.Unlock()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone = true
	for _, c := range p.waiting {
		close(c)
	}
	clear(p.waiting)
}

// event notes what happens on the page. The lock is held.
func (p *Page) event(m message) {
	switch m.Method {
	case "Network.requestWillBeSent":
		var e struct{ Request struct{ URL string } }
		_ = json.Unmarshal(m.Params, &e)
		p.requests = append(p.requests, e.Request.URL)
	case "Runtime.exceptionThrown":
		p.errors = append(p.errors, string(m.Params))
	case "Runtime.consoleAPICalled", "Log.entryAdded":
		var e struct {
			Type  string
			Entry struct{ Level, Text, URL string }
		}
		_ = json.Unmarshal(m.Params, &e)
		if e.Type == "error" || e.Entry.Level == "error" {
			p.errors = append(p.errors, string(m.Params))
		}
	}
}

// try calls a method of the protocol.
func (p *Page) try(method string, params map[string]any, result any) error {
	answered := make(chan answer, 1)
	p.mu.Lock()
	p.id++
	id := p.id
	if p.gone {
		p.mu.Unlock()
		return errors.New("the browser has ended")
	}
	p.waiting[id] = answered
	p.mu.Unlock()
	m := map[string]any{"id": id, "method": method}
	if params != nil {
		m["params"] = params
	}
	if p.session != "" {
		m["sessionId"] = p.session
	}
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if _, err := p.in.Write(append(b, 0)); err != nil {
		return err
	}
	select {
	case a, ok := <-answered:
		switch {
		case !ok:
			return errors.New("the browser has ended")
		case a.Error != nil:
			return fmt.Errorf("%s: %s", method, a.Error.Message)
		case result != nil:
			return json.Unmarshal(a.Result, result)
		}
		return nil
	case <-time.After(patience):
		return fmt.Errorf("%s: no answer within %v", method, patience)
	}
}

func (p *Page) call(method string, params map[string]any, result any) {
	p.t.Helper()
	if err := p.try(method, params, result); err != nil {
		p.t.Fatal(err)
	}
}

// Go opens a URL.
func (p *Page) Go(url string) {
	p.t.Helper()
	var r struct{ ErrorText string }
	p.call("Page.navigate", map[string]any{"url": url}, &r)
	if r.ErrorText != "" {
		p.t.Fatalf("%s: %s", url, r.ErrorText)
	}
}

// evaluate returns the value of an expression of JavaScript, which may be a promise.
func (p *Page) evaluate(expression string, into any) error {
	var r struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	err := p.try("Runtime.evaluate", map[string]any{"expression": expression, "awaitPromise": true, "returnByValue": true}, &r)
	switch {
	case err != nil:
		return err
	case r.ExceptionDetails != nil:
		return fmt.Errorf("%s %s", r.ExceptionDetails.Text, r.ExceptionDetails.Exception.Description)
	case into != nil && r.Result.Value != nil:
		return json.Unmarshal(r.Result.Value, into)
	}
	return nil
}

// Value is what an expression of JavaScript comes to, as text.
func (p *Page) Value(expression string) string {
	p.t.Helper()
	var s string
	if err := p.evaluate("String("+expression+")", &s); err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return s
}

// Await waits until an expression of JavaScript is true. The page may become another meanwhile.
func (p *Page) Await(expression string) {
	p.t.Helper()
	look := `(() => {
		let left = 50;
		return new Promise((done) => (function look() {
			let is = false;
			try { is = Boolean(` + expression + `); } catch {}
			if (is || left-- === 0) done(is); else setTimeout(look, 20);
		})());
	})()`
	for end := time.Now().Add(patience); time.Now().Before(end); {
		is := false
		if err := p.evaluate(look, &is); err == nil && is {
			return
		}
	}
	p.t.Fatalf("did not come true: %s\nThe page says:\n%s", expression, p.Value("document.body.innerText"))
}

// Text waits until the page shows a text.
func (p *Page) Text(text string) {
	p.t.Helper()
	b, _ := json.Marshal(text) // a string: it cannot fail
	p.Await("document.body.innerText.includes(" + string(b) + ")")
}

// Press presses keys, one after the other, as they are called in JavaScript: "a", "Enter", "Tab".
func (p *Page) Press(keys ...string) {
	p.t.Helper()
	codes := map[string]int{"Enter": 13, "Tab": 9, "Escape": 27}
	for _, k := range keys {
		e := map[string]any{"type": "keyDown", "key": k, "windowsVirtualKeyCode": codes[k]}
		switch {
		case k == "Enter":
			e["text"] = "\r"
		case len(k) == 1:
			e["text"] = k
		}
		p.call("Input.dispatchKeyEvent", e, nil)
		e["type"] = "keyUp"
		delete(e, "text")
		p.call("Input.dispatchKeyEvent", e, nil)
	}
}

// Type types a text into what has the focus.
func (p *Page) Type(text string) {
	p.t.Helper()
	p.call("Input.insertText", map[string]any{"text": text}, nil)
}

// Prefer makes the page believe that the system has light or dark colours.
func (p *Page) Prefer(scheme string) {
	p.t.Helper()
	p.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// Requests returns the URLs that the page has asked for.
func (p *Page) Requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

// Errors returns what scripts and the browser have complained of.
func (p *Page) Errors() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.errors)
}
