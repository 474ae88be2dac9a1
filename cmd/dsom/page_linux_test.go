//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A playedPage is a page of the documentation whose commands are run.
type playedPage struct {
	file    string
	least   int               // blocks of commands that there are, at least
	replace *strings.Replacer // words; nil: none but the daemon's port
	logged  string            // for which is waited when the daemon has been started; "": nothing
}

// play runs the commands of a page that are marked as such (sh), in order, in one folder; a block of text behind one is what it prints. The daemon that the page starts
// is that of h, at a free port. It returns what runs a further command as the page's.
func (p playedPage) play(t *testing.T, h *house) (run func(text string) string) {
	t.Helper()
	if p.replace == nil {
		p.replace = strings.NewReplacer()
	}
	words := func(s string) string {
		if s = p.replace.Replace(s); h.address == "" {
			return strings.ReplaceAll(s, "--listen 127.0.0.1:3053", "--listen 127.0.0.1:0")
		}
		return strings.ReplaceAll(s, "127.0.0.1:3053", h.address)
	}
	text, err := os.ReadFile(p.file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(h.program, filepath.Join(bin, "dsom")); err != nil {
		t.Fatal(err)
	}
	var before string // the variables that earlier blocks have set
	run = func(text string) string {
		t.Helper()
		line := append(slices.Clone(h.within), "sh", "-c", before+text)
		cmd := exec.Command(line[0], line[1:]...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), append(h.env, "PATH="+bin+":"+os.Getenv("PATH"))...)
		out, err := cmd.Output()
		if err != nil && !strings.Contains(text, "--probe") { // which fails where the object is not reached
			t.Fatalf("%s\n%v", text, err)
		}
		return string(out)
	}
	blocks := regexp.MustCompile("(?s)```(sh|text)\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	ran := 0
	for i, b := range blocks {
		if b[1] != "sh" {
			continue
		}
		text := words(b[2])
		ran++
		if args, ok := strings.CutPrefix(strings.TrimSpace(text), "dsom daemon "); ok {
			args = regexp.MustCompile(`(\S+\.(?:pem|key))`).ReplaceAllString(args, dir+"/$1")
			h.startDaemon(strings.Fields(args)...)
			eventually(t, "the daemon has logged "+p.logged, func() bool { return strings.Contains(h.logged(), p.logged) })
			continue
		}
		out := run(text)
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "export ") || strings.HasPrefix(line, "unset ") {
				before += line
			}
		}
		if i+1 < len(blocks) && blocks[i+1][1] == "text" && out != words(blocks[i+1][2]) {
			t.Errorf("%s\nprints:\n%s\nand should print:\n%s", text, out, words(blocks[i+1][2]))
		}
	}
	if ran < p.least {
		t.Fatalf("%d blocks were found", ran)
	}
	return run
}
