package pi

import (
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/typecode"
)

var completionStatus = typecode.Enum("IDL:omg.org/CORBA/completion_status:1.0", "completion_status", "COMPLETED_YES", "COMPLETED_NO", "COMPLETED_MAYBE")

// systemException returns e as an any holds it.
func systemException(e *exc.SystemException) (dyn.Any, error) {
	tc := typecode.Exception(e.Kind.ID(), e.Kind.Name(),
		typecode.Member{Name: "minor", Type: typecode.ULong}, typecode.Member{Name: "completed", Type: completionStatus})
	return dyn.Of(tc, map[string]any{"minor": e.Minor, "completed": uint32(e.Completed)})
}
