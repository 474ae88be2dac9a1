package main

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/opendsom/dsom/platform"
)

// levels are the least processors of the architectures: what the environment says of them would make another program.
var levels = []string{"GOAMD64=v1", "GO386=sse2", "GOARM64=v8.0", "GOPPC64=power8", "GORISCV64=rva20u64"}

// environment returns that of the go command for a target: nothing of this machine's that would make another program.
func environment(t platform.Target) []string {
	return append(append(os.Environ(), levels...), "CGO_ENABLED=0", "GOOS="+t.OS, "GOARCH="+t.Arch, "GOFLAGS=-trimpath -buildvcs=false -mod=readonly", "GOWORK=off", "GOEXPERIMENT=", "GOFIPS140=off")
}

// build builds the program of a target and returns its file, which is in folder.
func (r release) build(t platform.Target, folder string) (string, error) {
	file := filepath.Join(folder, program(t))
	cmd := exec.Command(r.gocmd, "build", "-ldflags=-s -w -X main.release="+r.version, "-o", file, "./cmd/dsom")
	cmd.Dir, cmd.Env = r.root, environment(t)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	if t.OS == "linux" || t.OS == "freebsd" { // elsewhere the system's own library is part of what programs are promised
		if err := static(file); err != nil {
			return "", err
		}
	}
	return file, nil
}

// program returns the name of a target's program.
func program(t platform.Target) string {
	if t.OS == "windows" {
		return "dsom.exe"
	}
	return "dsom"
}

// static says why a program needs more than a kernel.
func static(file string) error {
	f, err := elf.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
			needs, _ := f.ImportedLibraries()
			return errors.New("the program is not static: it needs a loader, and libraries: " + strings.Join(needs, " "))
		}
	}
	return nil
}
