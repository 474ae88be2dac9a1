package admin

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
)

// SpeechPrefix begins the one of a server's endpoints that says how it is to be spoken to, where that is not
// what the daemon takes for granted: a [Speech].
const SpeechPrefix = "speaks:"

// A Speech is what the references of a server say of how it is to be spoken to: the highest version of GIOP, and code sets. Forwards
// of the daemon say the same.
type Speech struct {
	Version  cdr.Version
	CodeSets codeset.Component
}

// OrdinarySpeech is that of a server that says nothing of it.
func OrdinarySpeech() Speech { return Speech{cdr.V12, codeset.Ours()} }

// Ordinary reports whether s is [OrdinarySpeech].
func (s Speech) Ordinary() bool { return s.text() == OrdinarySpeech().text() }

// String returns s as an endpoint, such as "speaks:1.2/05010001+00010001/00010109": the version, and the numbers of the
// code sets of char and of wchar in the OSF registry, in hexadecimal, the native one first. It has MaxEndpoint octets at most; sets
// that are converted beyond that are left out.
func (s Speech) String() string {
	for len(SpeechPrefix)+len(s.text()) > MaxEndpoint {
		longer := &s.CodeSets.Char
		if len(s.CodeSets.Wchar.Conversion) > len(longer.Conversion) {
			longer = &s.CodeSets.Wchar
		}
		longer.Conversion = longer.Conversion[:len(longer.Conversion)-1]
	}
	return SpeechPrefix + s.text()
}

func (s Speech) text() string {
	return fmt.Sprintf("%s/%s/%s", s.Version, numbers(s.CodeSets.Char), numbers(s.CodeSets.Wchar))
}

func numbers(s codeset.Support) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%08x", s.Native)
	for _, id := range s.Conversion {
		fmt.Fprintf(&b, "+%08x", id)
	}
	return b.String()
}

// ParseSpeech parses what [Speech.String] returns, without the prefix too.
func ParseSpeech(text string) (s Speech, err error) {
	parts := strings.Split(strings.TrimPrefix(text, SpeechPrefix), "/")
	if len(parts) != 3 {
		return s, fmt.Errorf("%.64q has not the form version/code sets/code sets", text)
	}
	versions := []cdr.Version{cdr.V10, cdr.V11, cdr.V12}
	i := slices.IndexFunc(versions, func(v cdr.Version) bool { return v.String() == parts[0] })
	if i < 0 {
		return s, fmt.Errorf("%.16q is no version of GIOP", parts[0])
	}
	s.Version = versions[i]
	for i, to := range []*codeset.Support{&s.CodeSets.Char, &s.CodeSets.Wchar} {
		for n, word := range strings.Split(parts[i+1], "+") {
			id, err := strconv.ParseUint(word, 16, 32)
			switch {
			case err != nil:
				return s, fmt.Errorf("%.16q is no number of a code set", word)
			case n == 0:
				to.Native = uint32(id)
			default:
				to.Conversion = append(to.Conversion, uint32(id))
			}
		}
	}
	return s, nil
}
