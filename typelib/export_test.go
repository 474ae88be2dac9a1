package typelib

import (
	"encoding/binary"

	"github.com/opendsom/dsom/model"
)

// ParseUnchecked reads a typelib whatever its checksum, to see that the reader holds by itself.
func ParseUnchecked(b []byte) (*model.Spec, error) {
	spec, _, err := parse(b, false)
	return spec, err
}

// Seal writes the checksum of a typelib anew.
func Seal(b []byte) { seal(b) }

// Tables returns how many texts, files, types and declarations a typelib has.
func Tables(b []byte) (n [4]int) {
	for i, off := range []int{offStrings, offFiles, offTypes, offDecls} {
		n[i] = int(binary.LittleEndian.Uint32(b[off:]))
	}
	return n
}

// BuiltOn is builtOn.
func BuiltOn(specs []*model.Spec) []*model.Spec { return builtOn(specs) }
