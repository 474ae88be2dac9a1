//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/freeport"
)

// TestTLSPage runs the commands of docs/tls.md, in order, in one folder; a block of text behind one is what it prints.
func TestTLSPage(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		absent.Skip(t, "openssl makes the certificates of the page: %v", err)
	}
	runPage(t, "../../docs/tls.md", 4)
}

// TestWebPage runs the commands of docs/websockets.md, as TestTLSPage does.
func TestWebPage(t *testing.T) { runPage(t, "../../docs/websockets.md", 3) }

// runPage runs the commands of a page, of which there are at least so many blocks, in their order, and holds what they print against what stands below.
func runPage(t *testing.T, name string, least int) {
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t)
	dir := t.TempDir()
	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(h.program, filepath.Join(bin, "dsom")); err != nil {
		t.Fatal(err)
	}
	ports := strings.NewReplacer(":3055", fmt.Sprintf(":%d", freeport.Hold(t)), "--listen 127.0.0.1:3053", "--listen 127.0.0.1:0")
	var before string // the variables that earlier blocks have set
	blocks := regexp.MustCompile("(?s)```(sh|text)\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	ran := 0
	for i, b := range blocks {
		if b[1] != "sh" {
			continue
		}
		text := ports.Replace(b[2])
		if h.address != "" {
			text = strings.ReplaceAll(text, "127.0.0.1:3053", h.address)
		}
		ran++
		if args, ok := strings.CutPrefix(strings.TrimSpace(text), "dsom daemon "); ok {
			args = regexp.MustCompile(`(\S+\.(?:pem|key))`).ReplaceAllString(args, dir+"/$1")
			h.startDaemon(strings.Fields(args)...)
			continue
		}
		cmd := exec.Command("sh", "-c", before+text)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), append(h.env, "PATH="+bin+":"+os.Getenv("PATH"))...)
		out, err := cmd.Output()
		if err != nil && !strings.Contains(text, "--probe") { // which fails where the object is not reached
			t.Fatalf("%s\n%v", text, err)
		}
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "export ") || strings.HasPrefix(line, "unset ") {
				before += line
			}
		}
		if i+1 < len(blocks) && blocks[i+1][1] == "text" && string(out) != blocks[i+1][2] {
			t.Errorf("%s\nprints:\n%s\nand should print:\n%s", text, out, blocks[i+1][2])
		}
	}
	if ran < least {
		t.Errorf("%d blocks were found", ran)
	}
	h.stopDaemon()
}
