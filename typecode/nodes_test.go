package typecode_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/typecode"
)

// TestNodesAreBounded: neither a broad TypeCode nor one that doubles at each level, which
// indirections make small on the wire, is taken beyond the limit.
func TestNodesAreBounded(t *testing.T) {
	t.Parallel()
	broad := make([]typecode.Member, 5000)
	for i := range broad {
		broad[i] = typecode.Member{Name: fmt.Sprint("m", i), Type: typecode.Long}
	}
	doubling := typecode.Long
	for i := range 40 {
		doubling = typecode.Struct(fmt.Sprintf("IDL:D%d:1.0", i), fmt.Sprint("D", i),
			typecode.Member{Name: "a", Type: doubling}, typecode.Member{Name: "b", Type: doubling})
	}
	for name, tc := range map[string]*typecode.TypeCode{"broad": typecode.Struct("IDL:B:1.0", "B", broad...), "doubling": doubling} {
		e := cdr.NewEncoder(nil, true, nil)
		typecode.Put(e, tc)
		if err := e.Err(); err != nil {
			t.Logf("%s: refused when written: %v", name, err)
			continue
		}
		d := cdr.NewDecoder(e.Bytes(), true, nil)
		typecode.Get(d)
		if err := d.Err(); err == nil || !strings.Contains(err.Error(), "typecode-nodes") {
			t.Errorf("%s, %d octets: got %v, want the limit typecode-nodes", name, len(e.Bytes()), err)
		}
	}
}
