//go:build linux

package somd_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// chain builds the library of the module Chain, that of a class with two parents in it, and their client, once.
func (b bench) chain(t *testing.T) (folder string) {
	t.Helper()
	folder = b.path("chain-library")
	if err := os.Mkdir(folder, 0o755); os.IsExist(err) {
		return folder
	} else if err != nil {
		t.Fatal(err)
	}
	kernel := filepath.Dir(os.Getenv("SOM_LIBRARY"))
	link := []string{"-L" + kernel, "-lsom", "-Wl,-rpath," + kernel}
	cc := []string{"-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-I" + root + "/libsom/include", "-I" + root + "/bind/c", "-I" + b.dir}
	for _, name := range []string{"chain", "yoke"} {
		run(t, b.path("dsom"), "idl", "build", "--out", b.dir, "--c=h,ih", "--library", name, "-I", "testdata", "testdata/"+name+".idl")
		run(t, "gcc", append(append(cc, "-fPIC", "-shared", "-o", filepath.Join(folder, "lib"+name+".so"), "testdata/"+name+".c", b.path(name+"_library.c")), link...)...)
	}
	run(t, "gcc", append(append(cc, "-o", b.path("chainer"), "testdata/chainer.c"), link...)...)
	return folder
}

// orders are all orders of letters.
func orders(letters string) (all []string) {
	if len(letters) < 2 {
		return []string{letters}
	}
	for i, l := range letters {
		for _, rest := range orders(letters[:i] + letters[i+1:]) {
			all = append(all, string(l)+rest)
		}
	}
	return all
}

// ancestry has the classes of the module Chain with their ancestors there, the class itself first.
var ancestry = map[byte]string{'A': "A", 'B': "BA", 'C': "C", 'D': "DBA"}

// told is what the client tells of a class where those of a set are elsewhere: what a class has done itself, or by an ancestor up to the first that is
// elsewhere, is done here. Where nobody is elsewhere, no object of such a class can be had.
func told(class byte, placed string, nobody bool) string {
	at := map[byte]byte{}
	where := byte('h')
	for _, a := range []byte(ancestry[class]) {
		if strings.IndexByte(placed, a) >= 0 {
			where = 'e'
		}
		at[a] = where
	}
	if nobody && where == 'e' {
		return fmt.Sprintf(" %c:TRANSIENT", class)
	}
	s := fmt.Sprintf(" %c:", class)
	for _, a := range []byte("ABCD") {
		if at[a] != 0 {
			s += fmt.Sprintf("%c%c", a|0x20, at[a])
		}
	}
	return s
}

// TestSubsets places each subset of the classes of one library, and asks for the classes in each order: at a server, where nobody is, and in processes of the client's own.
func TestSubsets(t *testing.T) {
	b := newBench(t)
	folder := b.chain(t)
	library := filepath.Join(folder, "libchain.so")
	t.Setenv("DSOM_PLACE_LIBRARY", b.path("libdsom-place.so"))
	server := b.serve(t, library, folder)
	all := orders("ABCD")
	for at, url := range map[string]string{"server": server, "nobody": "corbaloc::127.0.0.1:1/x", "process": "process:" + library} {
		for set := range 1 << 4 {
			placed, words := "", []string(nil)
			for i, l := range "ABCD" {
				if set&(1<<i) != 0 {
					placed += string(l)
					words = append(words, fmt.Sprintf("Chain::%c=%s", l, url))
				}
			}
			if placed == "" && at != "server" || at == "process" && placed != "B" && placed != "BD" && placed != "AD" {
				continue // the same again
			}
			t.Run(at+" "+placed, func(t *testing.T) {
				folders := []string{folder}
				if placed != "" {
					folders = []string{b.place(t, "subset-"+at+"-"+placed, words...), folder}
				}
				lines := strings.Split(strings.TrimSpace(b.program(t, folders, "chainer", all...)), "\n")
				if len(lines) != len(all) {
					t.Fatalf("%d orders have %d lines:\n%s", len(all), len(lines), strings.Join(lines, "\n"))
				}
				for i, order := range all {
					want, got := order, lines[i]
					for _, class := range []byte(order) {
						want += told(class, placed, at == "nobody")
					}
					if at == "nobody" {
						got = unreached(got)
					}
					if got != want {
						t.Errorf("got  %s\nwant %s", lines[i], want)
					}
				}
			})
		}
	}
}

// TestTwoParents has a class of the client's own whose two parents are both elsewhere, at one server and in two processes: the methods of each go to an object of it.
func TestTwoParents(t *testing.T) {
	b := newBench(t)
	folder := b.chain(t)
	library := filepath.Join(folder, "libchain.so")
	copied := filepath.Join(b.dir, "libchain-two.so") // another file is another process
	if err := os.Link(library, copied); err != nil {
		t.Fatal(err)
	}
	t.Setenv("DSOM_PLACE_LIBRARY", b.path("libdsom-place.so"))
	server := b.serve(t, library, folder)
	for _, c := range []struct {
		name, want string
		words      []string
	}{
		{"both-at-a-server", "Y Y:aebecede", []string{"Chain::C=" + server, "Chain::D=" + server}},
		{"in-two-processes", "Y Y:aebecede", []string{"Chain::C=process:" + copied, "Chain::D=process:" + library}},
		{"the-second-alone", "Y Y:ahbhcedh", []string{"Chain::C=process:" + library}},
		{"the-first-alone", "Y Y:aebechde", []string{"Chain::D=process:" + library}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.TrimSpace(b.program(t, []string{b.place(t, "yoke-"+c.name, c.words...), folder}, "chainer", "Y")); got != c.want {
				t.Errorf("the client prints %s, want %s", got, c.want)
			}
		})
	}
}

// unreached has the kind of an exception in place of its text.
func unreached(line string) string {
	for {
		before, rest, found := strings.Cut(line, "(")
		if !found {
			return line
		}
		depth, end := 1, 0
		for ; end < len(rest) && depth > 0; end++ {
			switch rest[end] {
			case '(':
				depth++
			case ')':
				depth--
			}
		}
		kind := "another"
		if strings.Contains(rest[:end], "TRANSIENT") {
			kind = "TRANSIENT"
		}
		line = before + kind + rest[end:]
	}
}
