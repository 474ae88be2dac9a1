package somdd

import (
	"errors"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// raise returns a system exception with a code of DSOM. Nothing has been done.
func raise(k exc.Kind, code wire.Code, format string, args ...any) error {
	return exc.New(k, uint32(code), exc.No, format, args...)
}

// failure is what a client is told of an error of [Servers].
func failure(err error) error {
	var invalid *InvalidError
	var sys *exc.SystemException
	switch {
	case err == nil:
		return nil
	case errors.As(err, &sys):
		return sys
	case errors.Is(err, ErrUnknown):
		return raise(exc.ObjAdapter, wire.ImplNotFound, "%w", err)
	case errors.Is(err, ErrExists):
		return raise(exc.ObjAdapter, wire.ServerAlreadyExists, "%w", err)
	case errors.As(err, &invalid):
		return raise(exc.BadParam, wire.BadParm, "%w", err)
	case errors.Is(err, ErrRuns), errors.Is(err, ErrNotYours):
		return raise(exc.NoPermission, wire.AccessDenied, "%w", err)
	case errors.Is(err, ErrDisabled):
		return raise(exc.ObjAdapter, wire.AccessDenied, "%w", err)
	case errors.Is(err, ErrStart):
		return raise(exc.Transient, wire.CouldNotStartProcess, "%w", err)
	}
	return err
}
