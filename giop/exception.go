package giop

import (
	"strings"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
)

// PutSystemException writes the body of a Reply of status SystemException: repository id,
// minor code, completion status (clause 9.4.3.2).
func PutSystemException(e *cdr.Encoder, x *exc.SystemException) {
	e.RawString(x.Kind.ID())
	e.ULong(x.Minor)
	e.ULong(uint32(x.Completed))
}

// GetSystemException reads the body of a Reply of status SystemException. An exception that
// is not standard becomes UNKNOWN with its repository id as the reason; a completion status
// that is none becomes MAYBE. The error is that of d.
func GetSystemException(d *cdr.Decoder) (*exc.SystemException, error) {
	id := d.RawString()
	x := &exc.SystemException{Remote: true}
	x.Minor = d.ULong()
	x.Completed = exc.Completed(d.ULong())
	if err := d.Err(); err != nil {
		return nil, err
	}
	var known bool
	if name, som := strings.CutPrefix(id, somHead); som {
		x.Kind, known = exc.KindOf("IDL:CORBA/" + name + ":1.0")
	} else {
		x.Kind, known = exc.KindOf(id)
	}
	if !known {
		x.Reason = id
	}
	if x.Completed > exc.Maybe {
		x.Completed = exc.Maybe
	}
	return x, nil
}
