package poa

import (
	"errors"

	"github.com/opendsom/dsom/exc"
)

// The user exceptions of module PortableServer, as what errors.Is finds in errors of this package. A
// servant that returns one of those errors answers the system exception around it.
var (
	ErrAdapterAlreadyExists = errors.New("AdapterAlreadyExists")
	ErrAdapterNonExistent   = errors.New("AdapterNonExistent")
	ErrAdapterInactive      = errors.New("AdapterInactive")
	ErrManagerAlreadyExists = errors.New("ManagerAlreadyExists")
	ErrNoContext            = errors.New("NoContext")
	ErrNoServant            = errors.New("NoServant")
	ErrObjectAlreadyActive  = errors.New("ObjectAlreadyActive")
	ErrObjectNotActive      = errors.New("ObjectNotActive")
	ErrServantAlreadyActive = errors.New("ServantAlreadyActive")
	ErrServantNotActive     = errors.New("ServantNotActive")
	ErrWrongAdapter         = errors.New("WrongAdapter")
	ErrWrongPolicy          = errors.New("WrongPolicy")
)

// refused returns the error for what an adapter does not do: OBJ_ADAPTER around one of the
// exceptions above. format ends with %w for it.
func refused(minor uint32, format string, args ...any) error {
	return failed(exc.ObjAdapter, minor, format, args...)
}

// failed returns how an operation of this package that the program calls has ended, which was not carried out: a call, as one of any object is, so that the client of a servant that returns
// it is not told that the servant's own operation was not ([exc.SystemException].Called).
func failed(k exc.Kind, minor uint32, format string, args ...any) error {
	sys := exc.New(k, minor, exc.No, format, args...)
	sys.Called = true
	return sys
}

// wrongPolicy says that an adapter's policies do not allow operation, which needs others.
func (p *POA) wrongPolicy(operation, needs string) error {
	return refused(exc.MinorAdapterPolicy, "%s of adapter %q needs %s, and it has %v: %w", operation, p.Path(), needs, &p.opt, ErrWrongPolicy)
}

// gone says that the adapter was destroyed.
func (p *POA) gone() error {
	return failed(exc.ObjectNotExist, exc.MinorObjectUnknown, "adapter %.64q has been destroyed", p.Path())
}
