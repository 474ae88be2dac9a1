package ifneeded dsom 1.0 [list apply {dir {
    load [file join $dir libdsomtcl.so] Dsom
    source [file join $dir dsom.tcl]
}} $dir]
