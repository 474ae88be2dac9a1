package nats_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/store/nats"
)

func TestParseURLs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"nats://a":                    "nats://a",
		"nats://a:1,b:2, c":           "nats://a:1 nats://b:2 nats://c",
		"tls://a.example.org,[::1]:5": "tls://a.example.org tls://[::1]:5",
		"nats://a,tls://b":            "nats://a tls://b",
		"nats://a/":                   "nats://a",
		"":                            "error is written as",
		"a:4222":                      "error",
		"http://a":                    "error is written as",
		"nats://user:secret@a":        "error file of credentials",
		"nats://a/x":                  "error all that stands there",
		"nats://a?x":                  "error all that stands there",
		"nats://":                     "error all that stands there",
		"nats://a,,b":                 "error",
	} {
		got, err := nats.ParseURLs(text)
		if wrong, is := strings.CutPrefix(want, "error"); is {
			if err == nil || !strings.Contains(err.Error(), strings.TrimSpace(wrong)) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%q: got %v, %v, want an error of %q", text, got, err, wrong)
			}
			continue
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
	}
}

// TestCredentials holds that files that are not right are said to be, before anybody is asked, and without what is in them.
func TestCredentials(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	cases := map[string]string{
		filepath.Join(dir, "absent"):                    "no such file",
		dir:                                             "is no file",
		file("words", "secret", 0o600):                  "neither what nsc writes",
		file("lines", "a:secret\nb:c\n", 0o600):         "neither what nsc writes",
		file("seed", "SUsecret", 0o600):                 "seed",
		file("long", strings.Repeat("x", 1<<20), 0o600): "the limit is",
		file("susan", "SUSAN:secret\n", 0o600):          "cannot be reached",
		file("good", "ada:secret\n", 0o600):             "cannot be reached",
	}
	if runtime.GOOS != "windows" {
		cases[file("open", "a:secret", 0o644)] = "chmod 600"
	} else {
		delete(cases, filepath.Join(dir, "absent"))
	}
	for path, want := range cases {
		s, err := nats.Open(ctx, nats.Options{Servers: []string{"nats://" + freeport.Dead(t)}, Credentials: path})
		if err == nil {
			_ = s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: got %v, want an error of %q", filepath.Base(path), err, want)
		}
	}
	if _, err := nats.Open(ctx, nats.Options{Servers: []string{"nats://a"}, CA: filepath.Join(dir, "absent")}); err == nil || !strings.Contains(err.Error(), "certificates") {
		t.Errorf("got %v", err)
	}
	h, err := nats.Look(ctx, nats.Options{Servers: []string{"nats://" + freeport.Dead(t), "nats://" + freeport.Dead(t)}})
	if err == nil || len(h.Unreached) != 2 || slices.Contains([]bool{h.Made}, true) {
		t.Errorf("got %+v, %v", h, err)
	}
}
