package codeset_test

import (
	"errors"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/exc"
)

// The bound of a string counts characters, in whatever code set they travel.
func TestBound(t *testing.T) {
	t.Parallel()
	for _, set := range []uint32{codeset.IDLatin1, codeset.IDUTF8, codeset.IDIBM1047} {
		narrow, err := codeset.Narrow(set)
		if err != nil {
			t.Fatal(err)
		}
		env := &cdr.Env{Version: cdr.V12, Narrow: narrow}
		for bound, want := range map[int]error{3: exc.Marshal, 4: nil, 5: nil} {
			e := cdr.NewEncoder(nil, true, env)
			if e.StringMax("äöüß", bound); !errors.Is(e.Err(), want) {
				t.Errorf("sent in %s with a bound of %d: %v", codeset.Name(set), bound, e.Err())
			}
			e = cdr.NewEncoder(nil, true, env)
			e.String("äöüß")
			d := cdr.NewDecoder(e.Bytes(), true, env)
			if s := d.StringMax(bound); !errors.Is(d.Err(), want) || want == nil && s != "äöüß" {
				t.Errorf("received in %s with a bound of %d: %q, %v", codeset.Name(set), bound, s, d.Err())
			}
		}
	}
}
