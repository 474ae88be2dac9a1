package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestIDLLsp holds that the verb is a language server from the first message to the last.
func TestIDLLsp(t *testing.T) {
	t.Parallel()
	var in strings.Builder
	for _, s := range []string{`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}`, `{"jsonrpc":"2.0","id":2,"method":"shutdown"}`, `{"jsonrpc":"2.0","method":"exit"}`} {
		fmt.Fprintf(&in, "Content-Length: %d\r\n\r\n%s", len(s), s)
	}
	got := dsom(t, in.String(), "idl", "lsp", "--stdio", "-I", "idl")
	if got.status != 0 || !strings.Contains(got.out, `"hoverProvider":true`) || got.err != "" {
		t.Errorf("got %+v", got)
	}
	if got := dsom(t, "no header\n", "idl", "lsp"); got.status != statusFailed || !strings.Contains(got.err, "no line of a header") {
		t.Errorf("got %+v", got)
	}
}
