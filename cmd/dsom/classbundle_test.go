package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestMissingLinks: the links of class bundle --links: one for each file, those that lead to the library already are right however they say it, and what else is in the way is an error.
func TestMissingLinks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		classes []string
		there   map[string]string // links, and what they lead to; OUT is the library
		built   bool
		want    []string
		err     string
	}{
		"new":              {classes: []string{"Dog", "Pet::Cat"}, want: []string{"libdog.so", "libpet_cat.so"}},
		"one file":         {classes: []string{"Pet::Dog", "Pet_Dog", "pet_dog"}, want: []string{"libpet_dog.so"}},
		"its own name":     {classes: []string{"Pets", "Dog"}, want: []string{"libdog.so"}},
		"of an earlier":    {classes: []string{"Dog", "Cat"}, there: map[string]string{"libdog.so": "libpets.so"}, want: []string{"libcat.so"}},
		"relative":         {classes: []string{"Dog"}, there: map[string]string{"libdog.so": "./libpets.so"}},
		"absolute":         {classes: []string{"Dog"}, there: map[string]string{"libdog.so": "OUT"}},
		"by another":       {classes: []string{"Dog"}, there: map[string]string{"libdog.so": "second.so", "second.so": "libpets.so"}, built: true},
		"elsewhere":        {classes: []string{"Cat", "Dog"}, there: map[string]string{"libdog.so": "libdogs.so"}, err: "leads to libdogs.so: the class Dog"},
		"into the nowhere": {classes: []string{"Dog"}, there: map[string]string{"libdog.so": "../libpets.so"}, err: "leads to ../libpets.so"},
		"no name":          {classes: []string{""}, err: "is not said"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			out := filepath.Join(dir, "libpets.so")
			if c.built {
				if err := os.WriteFile(out, nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for file, to := range c.there {
				if err := os.Symlink(strings.ReplaceAll(to, "OUT", out), filepath.Join(dir, file)); err != nil {
					t.Skip("no symbolic links here:", err)
				}
			}
			var all []bundled
			for _, class := range c.classes {
				all = append(all, bundled{ImportPath: "example.com/x", Class: true, named: class})
			}
			got, err := classBundleCmd{Out: out}.missingLinks(append(all, bundled{}))
			for i := range got {
				got[i] = strings.TrimPrefix(got[i], dir+string(filepath.Separator))
			}
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) || !slices.Equal(got, c.want) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}
