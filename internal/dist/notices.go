package main

import (
	"bytes"
	"cmp"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
)

// texts are the files of a module that must go with what is made of it.
var texts = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)([.-].*)?$`)

// notices returns the licences of Go and of each module that is linked into a program: each of them wants to go with what is made of it.
func (r release) notices(file string) ([]byte, error) {
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return nil, err
	}
	out, err := r.run("env", "GOROOT")
	if err != nil {
		return nil, err
	}
	goroot := strings.TrimSpace(string(out))
	var b bytes.Buffer
	if err := notice(&b, "Go "+info.GoVersion, goroot); err != nil {
		if err = notice(&b, "Go "+info.GoVersion, filepath.Dir(goroot)); err != nil { // Debian has it a folder above
			return nil, err
		}
	}
	slices.SortFunc(info.Deps, func(a, b *debug.Module) int { return cmp.Compare(a.Path, b.Path) })
	for _, d := range info.Deps {
		if d.Replace != nil {
			d = d.Replace
		}
		out, err := r.run("mod", "download", "-json", d.Path+"@"+d.Version)
		if err != nil {
			return nil, err
		}
		var m struct{ Dir string }
		if err := json.Unmarshal(out, &m); err != nil {
			return nil, fmt.Errorf("go mod download %s: %w", d.Path, err)
		}
		if err := notice(&b, d.Path+" "+d.Version, m.Dir); err != nil {
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

// run runs the go command for this machine and returns what it prints.
func (r release) run(args ...string) ([]byte, error) {
	cmd := exec.Command(r.gocmd, args...)
	cmd.Dir = r.root
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, said.Bytes())
	}
	return out, nil
}
