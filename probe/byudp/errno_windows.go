package byudp

import (
	"errors"
	"syscall"
)

// refused reports whether err is that nobody hears at the port: Windows tells WSAECONNRESET of a datagram that reached nobody.
func refused(err error) bool { return errors.Is(err, syscall.Errno(10054)) }
