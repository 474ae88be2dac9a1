package codeset_test

import (
	"reflect"
	"testing"

	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/internal/bounded"
)

// Any octets are a component of a reference, and a service context, or an error; what is one is written so that it reads
// as the same, and can be negotiated with.
func FuzzParse(f *testing.F) {
	f.Add(codeset.Ours().Append(nil))
	f.Add(codeset.Any().Append(nil))
	f.Add(codeset.Choice{Char: codeset.IDLatin1, Wchar: codeset.IDUTF16}.Append(nil))
	f.Add([]byte("\x00\x00\x00\x00\x00\x01\x00\x01\xff\xff\xff\xff"))
	f.Add([]byte{2})
	f.Fuzz(func(t *testing.T, b []byte) {
		bounded.Decoder.Run(t, len(b), func() {
			if c, err := codeset.ParseComponent(b); err == nil {
				again, err := codeset.ParseComponent(c.Append(nil))
				if err != nil || !reflect.DeepEqual(c, again) {
					t.Errorf("%v became %v, %v", c, again, err)
				}
				if choice, err := codeset.Negotiate(codeset.Any(), c, len(b)%2 == 0); err == nil {
					if _, _, err := choice.Sets(); err != nil {
						t.Errorf("%v was agreed on with %v: %v", choice, c, err)
					}
				}
			}
			if c, err := codeset.ParseContext(b); err == nil {
				if again, err := codeset.ParseContext(c.Append(nil)); err != nil || c != again {
					t.Errorf("%v became %v, %v", c, again, err)
				}
			}
		})
	})
}
