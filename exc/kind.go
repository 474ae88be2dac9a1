// Package exc holds the system exceptions of CORBA: the only errors that cross the wire
// besides the exceptions that users declare in IDL (CORBA 3.3 part 1, clause 8.12 and annex A).
//
// A [SystemException] says what kind of failure it was, a minor code that tells more, and
// whether the operation had completed, which is what a decision to retry rests on. What the
// peer said is kept apart from what this side inferred: see [SystemException.Remote].
package exc

// A Kind names a standard system exception. It is an error itself, for errors.Is:
//
//	if errors.Is(err, exc.CommFailure) { … }
type Kind uint8

// The standard system exceptions.
const (
	Unknown Kind = iota
	BadParam
	NoMemory
	ImpLimit
	CommFailure
	InvObjref
	NoPermission
	Internal
	Marshal
	Initialize
	NoImplement
	BadTypecode
	BadOperation
	NoResources
	NoResponse
	PersistStore
	BadInvOrder
	Transient
	FreeMem
	InvIdent
	InvFlag
	IntfRepos
	BadContext
	ObjAdapter
	DataConversion
	ObjectNotExist
	TransactionRequired
	TransactionRolledback
	InvalidTransaction
	InvPolicy
	CodesetIncompatible
	Rebind
	Timeout
	TransactionUnavailable
	TransactionMode
	BadQos
	InvalidActivity
	ActivityCompleted
	ActivityRequired
	numKinds
)

var kindNames = [numKinds]string{
	"UNKNOWN", "BAD_PARAM", "NO_MEMORY", "IMP_LIMIT", "COMM_FAILURE", "INV_OBJREF", "NO_PERMISSION", "INTERNAL", "MARSHAL",
	"INITIALIZE", "NO_IMPLEMENT", "BAD_TYPECODE", "BAD_OPERATION", "NO_RESOURCES", "NO_RESPONSE", "PERSIST_STORE",
	"BAD_INV_ORDER", "TRANSIENT", "FREE_MEM", "INV_IDENT", "INV_FLAG", "INTF_REPOS", "BAD_CONTEXT", "OBJ_ADAPTER",
	"DATA_CONVERSION", "OBJECT_NOT_EXIST", "TRANSACTION_REQUIRED", "TRANSACTION_ROLLEDBACK", "INVALID_TRANSACTION",
	"INV_POLICY", "CODESET_INCOMPATIBLE", "REBIND", "TIMEOUT", "TRANSACTION_UNAVAILABLE", "TRANSACTION_MODE", "BAD_QOS",
	"INVALID_ACTIVITY", "ACTIVITY_COMPLETED", "ACTIVITY_REQUIRED",
}

// Name returns the exception's name in IDL, such as COMM_FAILURE.
func (k Kind) Name() string {
	if k >= numKinds {
		k = Unknown
	}
	return kindNames[k]
}

// Error returns the exception's name, which makes a Kind a target for errors.Is.
func (k Kind) Error() string { return k.Name() }

const idHead, idTail = "IDL:omg.org/CORBA/", ":1.0"

// ID returns the repository id that names k on the wire.
func (k Kind) ID() string { return idHead + k.Name() + idTail }

// KindOf returns the Kind that a repository id names. ORBs before CORBA 2.3 leave the
// prefix omg.org out, which is understood too.
func KindOf(id string) (Kind, bool) {
	for k := range numKinds {
		if n := k.Name(); len(id) > len(n) && (id == idHead+n+idTail || id == "IDL:CORBA/"+n+idTail) {
			return k, true
		}
	}
	return Unknown, false
}

// Completed says whether the operation had run when the exception was raised
// (enum completion_status; the values are those on the wire).
type Completed uint32

// The completion statuses.
const (
	Yes   Completed = iota // the operation had completed
	No                     // the operation was never started: safe to try again
	Maybe                  // nobody can tell
)

func (c Completed) String() string {
	switch c {
	case Yes:
		return "completed YES"
	case No:
		return "completed NO"
	}
	return "completed MAYBE"
}
