package lsp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl/lsp"
	"github.com/opendsom/dsom/idl/lsp/jsonrpc"
)

// A client is an editor's side of a session.
type client struct {
	t       testing.TB
	dir     string
	out     *jsonrpc.Writer
	in      chan *jsonrpc.Message
	ended   chan error
	id      int
	texts   map[string]string // by name below dir
	version map[string]int
	said    map[string]json.RawMessage // the last diagnostics, by URI and version
}

// newClient starts a server. Its session ends with the test.
func newClient(t testing.TB, dir string) *client {
	t.Helper()
	return newClientOf(t, dir, lsp.Options{Version: "test"})
}

// newClientOf starts a server with options.
func newClientOf(t testing.TB, dir string, o lsp.Options) *client {
	t.Helper()
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	c := &client{
		t: t, dir: filepath.ToSlash(dir), out: jsonrpc.NewWriter(inW), in: make(chan *jsonrpc.Message, 1000), ended: make(chan error, 1),
		texts: map[string]string{}, version: map[string]int{}, said: map[string]json.RawMessage{},
	}
	go func() {
		err := lsp.Serve(context.Background(), inR, outW, o)
		outW.CloseWithError(io.EOF)
		inR.CloseWithError(io.ErrClosedPipe)
		c.ended <- err
	}()
	go func() {
		r := jsonrpc.NewReader(outR)
		for {
			m, err := r.Read()
			if err != nil {
				close(c.in)
				return
			}
			c.in <- m
		}
	}()
	t.Cleanup(func() { inW.Close() })
	return c
}

func (c *client) uri(name string) string { return "file://" + c.dir + "/" + name }

func (c *client) notify(method string, params any) {
	c.t.Helper()
	if err := c.out.Notify(method, params); err != nil {
		c.t.Fatal(err)
	}
}

// next returns the next message; diagnostics are kept.
func (c *client) next() *jsonrpc.Message {
	c.t.Helper()
	m, ok := <-c.in
	if !ok {
		c.t.Fatalf("the server went away: %v", <-c.ended)
	}
	if m.Method == "textDocument/publishDiagnostics" {
		var p struct {
			URI         string
			Version     int
			Diagnostics json.RawMessage
		}
		if err := json.Unmarshal(m.Params, &p); err != nil {
			c.t.Fatal(err)
		}
		c.said[fmt.Sprint(p.URI, " ", p.Version)] = p.Diagnostics
	}
	return m
}

// call sends a request and returns the response.
func (c *client) call(method string, params any) *jsonrpc.Message {
	c.t.Helper()
	c.id++
	if err := c.out.Call(c.id, method, params); err != nil {
		c.t.Fatal(err)
	}
	for {
		if m := c.next(); m.Method == "" && string(m.ID) == strconv.Itoa(c.id) {
			return m
		}
	}
}

func (c *client) initialize(options any) *jsonrpc.Message {
	c.t.Helper()
	m := c.call("initialize", map[string]any{"rootUri": "file://" + c.dir, "capabilities": map[string]any{}, "initializationOptions": options})
	c.notify("initialized", struct{}{})
	return m
}

func (c *client) open(name, text string) {
	c.t.Helper()
	c.texts[name] = text
	c.version[name] = 1
	c.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": c.uri(name), "languageId": "idl", "version": 1, "text": text}})
}

// change replaces text by its offsets, as an editor that sends what was typed.
func (c *client) change(name string, from, to int, text string) {
	c.t.Helper()
	old := c.texts[name]
	c.version[name]++
	c.texts[name] = old[:from] + text + old[to:]
	c.notify("textDocument/didChange", map[string]any{
		"textDocument":   map[string]any{"uri": c.uri(name), "version": c.version[name]},
		"contentChanges": []any{map[string]any{"range": map[string]any{"start": place(old, from), "end": place(old, to)}, "text": text}},
	})
}

// diagnostics waits for those of the present text.
func (c *client) diagnostics(name string) json.RawMessage {
	c.t.Helper()
	for {
		if d, ok := c.said[fmt.Sprint(c.uri(name), " ", c.version[name])]; ok {
			return d
		}
		c.next()
	}
}

type point struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

// place returns the position of an offset, columns in UTF-16.
func place(text string, offset int) point {
	p := point{Line: strings.Count(text[:offset], "\n")}
	for _, r := range text[strings.LastIndexByte(text[:offset], '\n')+1 : offset] {
		p.Character++
		if r > 0xffff {
			p.Character++
		}
	}
	return p
}

// find returns the offset of a needle in which | marks the place.
func find(t testing.TB, text, needle string) int {
	t.Helper()
	at := strings.IndexByte(needle, '|')
	if at < 0 {
		t.Fatalf("%q has no |", needle)
	}
	i := strings.Index(text, needle[:at]+needle[at+1:])
	if i < 0 {
		t.Fatalf("%q is not in the text", needle)
	}
	return i + at
}

func (c *client) at(name, needle string, more map[string]any) map[string]any {
	c.t.Helper()
	text := c.texts[name]
	p := map[string]any{"textDocument": map[string]any{"uri": c.uri(name)}, "position": place(text, find(c.t, text, needle))}
	for k, v := range more {
		p[k] = v
	}
	return p
}
