package cabi_test

import (
	"math/rand/v2"
	"regexp"
	"testing"

	"github.com/opendsom/dsom/emit/cabi"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	for _, row := range [][2]string{
		{"dog.h", "DOG_H_INCLUDED"},
		{"big_dog.ih.h", "BIG_DOG_IH_H_INCLUDED"},
		{"dog2.ih.hpp", "DOG2_IH_HPP_INCLUDED"},
		{"3d.h", `FILE_3D_H_[0-9A-F]{16}_INCLUDED`},
		{"_dog.h", `FILE_DOG_H_[0-9A-F]{16}_INCLUDED`},
		{"Dog.h", `FILE_DOG_H_[0-9A-F]{16}_INCLUDED`},
		{"pet-shop.h", `FILE_PET_SHOP_H_[0-9A-F]{16}_INCLUDED`},
		{"é.h", `FILE_H_[0-9A-F]{16}_INCLUDED`},
	} {
		if got := cabi.Guard(row[0]); !regexp.MustCompile("^(" + row[1] + ")$").MatchString(got) {
			t.Errorf("the guard of %s is %s, not %s", row[0], got, row[1])
		}
	}
	// No two of all names have one guard, and all can be macros of a program.
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	word := regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$`)
	of := map[string]string{}
	for range 20000 {
		letters := []rune("ab01-_. éA")
		name := make([]rune, 1+r.IntN(4))
		for i := range name {
			name[i] = letters[r.IntN(len(letters))]
		}
		header := string(name) + []string{".h", ".ih.h", ".ih", ".hpp", ".ih.hpp"}[r.IntN(5)]
		guard := cabi.Guard(header)
		if other, ok := of[guard]; ok && other != header || !word.MatchString(guard) {
			t.Fatalf("seed %d: the guard of %q is %s, as of %q", seed, header, guard, other)
		}
		of[guard] = header
	}
}

func TestHeaderProblem(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]bool{
		"dog.h": false, "strings-and-bows.h": false, "string.ih.h": false, "string.hpp": false, "3d.h": false, "é.h": false, "a b.h": false, "what?.h": false,
		"string.h": true, "Time.h": true, "som.h": true, "som_c.h": true, "som.hpp": true, "sys\\x.h": true, "a\"b.h": true, "a\nb.h": true, "a??/.h": true, "\xff.h": true,
	} {
		if why := cabi.HeaderProblem(header); (why != "") != want {
			t.Errorf("%q: %q", header, why)
		}
	}
}
