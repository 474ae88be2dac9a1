package jsonrpc_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl/lsp/jsonrpc"
)

func framed(body string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body) }

func TestRead(t *testing.T) {
	t.Parallel()
	r := jsonrpc.NewReader(strings.NewReader(framed(`{"jsonrpc":"2.0","id":1,"method":"m","params":[1]}`) +
		framed(`{nonsense`) + framed(`[]`) + framed(`{"id":[],"method":"m"}`) + "content-length:2\nContent-Type: x\n\n{}" + framed(`{"id":null,"method":"n"}`)))
	m, err := r.Read()
	if err != nil || m.Method != "m" || !m.IsRequest() || string(m.Params) != "[1]" {
		t.Errorf("got %+v, %v", m, err)
	}
	for _, code := range []int{jsonrpc.CodeParse, jsonrpc.CodeInvalidRequest, jsonrpc.CodeInvalidRequest} {
		_, err := r.Read()
		if e := (*jsonrpc.Error)(nil); !errors.As(err, &e) || e.Code != code {
			t.Errorf("got %v, want code %d", err, code)
		}
	}
	if m, err := r.Read(); err != nil || m.Method != "" {
		t.Errorf("got %+v, %v", m, err)
	}
	if m, err := r.Read(); err != nil || m.IsRequest() {
		t.Errorf("got %+v, %v", m, err)
	}
	if _, err := r.Read(); !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
}

// TestReadEnds holds that what is no stream of messages ends the reading, with an error that says why.
func TestReadEnds(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"hello\n\n":                       "no line of a header",
		"Content-Type: x\r\n\r\n":         "without Content-Length",
		"Content-Length: x\r\n\r\n":       "no length",
		"Content-Length: -1\r\n\r\n":      "no length",
		"Content-Length: 999999999\r\n\n": "lsp-message-size",
		"Content-Length: 10\r\n\r\n{":     "ended early",
		"Content-Length: 10\r\n":          "unexpected EOF",
		strings.Repeat("x", 10000):        "too long",
		strings.Repeat("a: b\n", 10000):   "too long",
	} {
		_, err := jsonrpc.NewReader(strings.NewReader(text)).Read()
		if e := (*jsonrpc.Error)(nil); err == nil || errors.As(err, &e) || !strings.Contains(err.Error(), says) {
			t.Errorf("%.20q: got %v", text, err)
		}
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := jsonrpc.NewWriter(&b)
	if err := errors.Join(w.Notify("n", 1), w.Call(2, "c", nil), w.Reply(json.RawMessage(`"x"`), nil, nil), w.Reply(nil, nil, io.EOF)); err != nil {
		t.Fatal(err)
	}
	want := framed(`{"jsonrpc":"2.0","method":"n","params":1}`) + framed(`{"jsonrpc":"2.0","id":2,"method":"c","params":null}`) +
		framed(`{"jsonrpc":"2.0","id":"x","result":null}`) + framed(`{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"EOF"}}`)
	if b.String() != want {
		t.Errorf("got %s", b.String())
	}
	if err := w.Notify("n", func() {}); err == nil {
		t.Error("a function was written as JSON")
	}
}

// FuzzRead holds that any stream of octets ends, and without a panic.
func FuzzRead(f *testing.F) {
	f.Add([]byte(framed(`{"id":1,"method":"m"}`)))
	f.Add([]byte("Content-Length: 3\n\n{}}Content-Length: 2\n\n{}"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		r := jsonrpc.NewReader(bytes.NewReader(b))
		for {
			_, err := r.Read()
			if e := (*jsonrpc.Error)(nil); err != nil && !errors.As(err, &e) {
				return
			}
		}
	})
}
