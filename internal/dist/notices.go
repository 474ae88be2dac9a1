package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/opendsom/dsom/platform"
)

// texts are the files of a module that must go with what is made of it.
var texts = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)([.-].*)?$`)

// notices returns the licences of Go and of each module that is linked into a target's program: each of them wants to go with what is made of it.
func (r release) notices(t platform.Target) ([]byte, error) {
	out, err := r.run(t, "env", "GOVERSION", "GOROOT")
	if err != nil {
		return nil, err
	}
	version, goroot, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	var b bytes.Buffer
	if err := notice(&b, "Go "+version, goroot); err != nil {
		if err = notice(&b, "Go "+version, filepath.Dir(goroot)); err != nil { // Debian has it a folder above
			return nil, err
		}
	}
	const module = `{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{"\t"}}{{.Dir}}{{end}}{{end}}`
	if out, err = r.run(t, "list", "-deps", "-f", module, "./cmd/dsom"); err != nil {
		return nil, err
	}
	modules := strings.Split(strings.TrimSpace(string(out)), "\n")
	slices.Sort(modules)
	for _, m := range slices.Compact(modules) {
		name, folder, _ := strings.Cut(m, "\t")
		if err := notice(&b, name, folder); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// notice writes the texts of a module's folder. That it has none is an error: then nobody may hand it on.
func notice(b *bytes.Buffer, name, folder string) error {
	files, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	found := false
	for _, f := range files { // sorted
		if f.IsDir() || !texts.MatchString(f.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			return err
		}
		found = true
		fmt.Fprintf(b, "==== %s, %s\n\n%s\n\n", name, f.Name(), bytes.TrimSpace(text))
	}
	if !found {
		return fmt.Errorf("%s has no licence in %s", name, folder)
	}
	return nil
}

// run runs the go command for a target and returns what it prints.
func (r release) run(t platform.Target, args ...string) ([]byte, error) {
	cmd := exec.Command(r.gocmd, args...)
	cmd.Dir, cmd.Env = r.root, environment(t)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, said.Bytes())
	}
	return out, nil
}
