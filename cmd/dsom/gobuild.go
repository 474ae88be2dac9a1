package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/template"
)

// A goProgram is a program that is made of packages of the module of this folder, by the go command with cgo: the module's files stay as they are.
type goProgram struct {
	verb   string // that makes it
	source *template.Template
	data   any
	flags  []string // of go build
}

// build makes the file out.
func (p goProgram) build(ctx context.Context, out string) error {
	root, err := moduleHere(ctx, p.verb)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := p.source.Execute(&text, p.data); err != nil {
		return err
	}
	if out, err = filepath.Abs(out); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "dsom-build")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	// The source stands in the module for the go command alone, so that packages that are internal there can be imported.
	source, overlay := filepath.Join(dir, "main.go"), filepath.Join(dir, "overlay.json")
	inside := filepath.Join(root, "dsom_build")
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(inside, "main.go"): source}})
	if err != nil {
		return err
	}
	for file, b := range map[string][]byte{source: text.Bytes(), overlay: replace} {
		if err := os.WriteFile(file, b, 0o600); err != nil {
			return err
		}
	}
	modules, err := modulesFor(ctx, root, dir)
	if err != nil {
		return err
	}
	args := append([]string{"build", "-C", root}, modules...)
	_, err = goCommand(ctx, append(append(args, p.flags...), "-overlay", overlay, "-o", out, "./dsom_build")...)
	return err
}

// modulesFor returns the flags of the go command by which what the program imports is found, beside what the module's own packages import: a go.mod that go mod tidy has made knows nothing of that. It is noted in copies of the
// module's files, in a folder of ours, so that those stay as they are. In a workspace, where the go command takes no such copies, and of
// a module with a folder vendor, which would be passed by, there are no flags: what is missing has to be in the files that are there.
func modulesFor(ctx context.Context, root, dir string) ([]string, error) {
	work, err := goCommand(ctx, "env", "GOWORK")
	if err != nil {
		return nil, err
	}
	if work = strings.TrimSpace(work); work != "" && work != "off" {
		return nil, nil
	}
	if _, err := os.Stat(filepath.Join(root, "vendor", "modules.txt")); err == nil {
		return nil, nil
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil, err
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	// What DSOM itself was built of is known to DSOM's own go.sum, and need not be asked of anybody.
	ours, err := goCommand(ctx, "list", "-m", "-f", "{{.Dir}}", "github.com/opendsom/dsom")
	if err != nil {
		return nil, err
	}
	known, err := os.ReadFile(filepath.Join(strings.TrimSpace(ours), "go.sum"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if len(sums) > 0 && sums[len(sums)-1] != '\n' {
		sums = append(sums, '\n')
	}
	file := filepath.Join(dir, "go.mod")
	if err := errors.Join(os.WriteFile(file, mod, 0o600), os.WriteFile(filepath.Join(dir, "go.sum"), append(sums, known...), 0o600)); err != nil {
		return nil, err
	}
	return []string{"-modfile", file, "-mod=mod"}, nil
}

// moduleHere returns the folder of the module of this folder: the one whose go.mod the go command finds, which in a workspace is one of several.
func moduleHere(ctx context.Context, verb string) (string, error) {
	file, err := goCommand(ctx, "env", "GOMOD")
	if err != nil {
		return "", err
	}
	if file = strings.TrimSpace(file); filepath.Base(file) != "go.mod" { // "", or the null device
		return "", fmt.Errorf("this folder is in no Go module: call dsom %s in the module that requires github.com/opendsom/dsom", verb)
	}
	return filepath.Dir(file), nil
}

// goCommand runs the go command with cgo, and returns what it prints; what it says of an error is part of that.
func goCommand(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", args[0], err, strings.TrimSpace(said.String()))
	}
	return out.String(), nil
}
