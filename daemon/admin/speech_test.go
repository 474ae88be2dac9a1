package admin_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/daemon/admin"
)

func TestSpeech(t *testing.T) {
	t.Parallel()
	sets := codeset.Component{Char: codeset.Support{Native: codeset.IDLatin1, Conversion: []uint32{codeset.IDUTF8}}, Wchar: codeset.Support{Native: codeset.IDUTF16}}
	for text, want := range map[string]admin.Speech{
		"speaks:1.2/05010001+00010001/00010109+00010100": admin.OrdinarySpeech(),
		"speaks:1.1/00010001+05010001/00010109":          {Version: cdr.V11, CodeSets: sets},
		"speaks:1.0/00000000/00000000":                   {Version: cdr.V10},
	} {
		if got := want.String(); got != text {
			t.Errorf("got %s, want %s", got, text)
		}
		if got, err := admin.ParseSpeech(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
		if want.Ordinary() != (text == admin.OrdinarySpeech().String()) {
			t.Errorf("%s is ordinary: %t", text, want.Ordinary())
		}
	}
	for _, text := range []string{"", "speaks:", "speaks:1.2", "speaks:1.3/1/1", "speaks:1.2/x/1", "speaks:1.2/1/", "speaks:1.2/1+/1", "speaks:1.2/1/1/1", "speaks:1.2/100000000/1"} {
		if got, err := admin.ParseSpeech(text); err == nil {
			t.Errorf("%s: got %v", text, got)
		}
	}
	long := admin.Speech{Version: cdr.V12, CodeSets: codeset.Component{Char: codeset.Support{Native: 1, Conversion: make([]uint32, 99)}, Wchar: codeset.Support{Native: 2, Conversion: make([]uint32, 9)}}}
	text := long.String()
	got, err := admin.ParseSpeech(text)
	if len(text) > admin.MaxEndpoint || len(text) < admin.MaxEndpoint-9 || err != nil || got.CodeSets.Char.Native != 1 || got.CodeSets.Wchar.Native != 2 || strings.Count(text, "+") < 40 {
		t.Errorf("got %s, %v", text, err)
	}
}
