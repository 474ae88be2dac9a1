//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// playPage runs the commands of a page that are marked as such, in order, with some words replaced; a block of text behind one is what it prints. The daemon that the page starts
// is that of h, and is waited for until it has logged something. It returns what runs a further command as the page's.
func playPage(t *testing.T, h *house, file string, replace *strings.Replacer, logged string) (run func(text string) string) {
	t.Helper()
	page, err := os.ReadFile(file)
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
	var before string
	run = func(text string) string {
		t.Helper()
		cmd := exec.Command("sh", "-c", before+text)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), append(h.env, "PATH="+bin+":"+os.Getenv("PATH"))...)
		out, err := cmd.Output()
		if err != nil && !strings.Contains(text, "--probe") { // which fails where the object is not reached
			t.Fatalf("%s\n%v", text, err)
		}
		return string(out)
	}
	blocks := regexp.MustCompile("(?s)```(sh|text)\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	ran := 0
	for i, b := range blocks {
		if b[1] != "sh" {
			continue
		}
		text := replace.Replace(b[2])
		ran++
		if args, ok := strings.CutPrefix(strings.TrimSpace(text), "dsom daemon "); ok {
			h.startDaemon(strings.Fields(args)...)
			eventually(t, "the daemon has logged "+logged, func() bool { return strings.Contains(h.logged(), logged) })
			continue
		}
		out := run(text)
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "export ") {
				before += line
			}
		}
		if i+1 < len(blocks) && blocks[i+1][1] == "text" && out != replace.Replace(blocks[i+1][2]) {
			t.Errorf("%s\nprints:\n%s\nand should print:\n%s", text, out, replace.Replace(blocks[i+1][2]))
		}
	}
	if ran < 3 {
		t.Fatalf("%d blocks were found", ran)
	}
	return run
}
