package byudp

// refused reports whether err is that nobody hears at the port: of a socket of UDP Windows does not tell that, since package net has switched it off (SIO_UDP_CONNRESET).
func refused(error) bool { return false }
