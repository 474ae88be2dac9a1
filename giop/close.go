package giop

import "github.com/opendsom/dsom/cdr"

// AppendCloseConnection appends a CloseConnection: requests without a reply were not
// processed and may be sent again elsewhere (clause 9.4.7). Only servers may send it before
// version 1.2.
func AppendCloseConnection(dst []byte, v cdr.Version, little bool) []byte {
	return AppendHeader(dst, Header{Version: v, Little: little, Type: TypeCloseConnection})
}

// AppendMessageError appends a MessageError: what the peer sent is no GIOP that this side
// knows (clause 9.4.8).
func AppendMessageError(dst []byte, v cdr.Version, little bool) []byte {
	return AppendHeader(dst, Header{Version: v, Little: little, Type: TypeMessageError})
}
