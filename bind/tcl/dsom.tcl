# Classes of SOM, written in C, C++, Go or whatever else, as classes of TclOO.
#
#     package require dsom
#     set d [dsom::new Zoo::Dog]        ;# finds libzoo.so in SOM_PATH, or where the system looks
#     oo::class create Puppy {          ;# a class of SOM as well: C++ calls what it overrides
#         superclass Zoo::Dog
#         method speak n { expr {[next $n] + 1000} }
#     }
#     puts [[Puppy new] speak 3]
#
# docs/som-tcl.md tells all of it.

namespace eval dsom {
    # An object of a class, which is loaded if need be.
    proc new {class args} {
        if {![info object isa class $class]} { set class [load $class] }
        uplevel 1 [list $class new {*}$args]
    }

    # Raises an exception of the IDL: throw IDL:Zoo/TooLoud:1.0 {volume 3 why "so loud"}.
    proc raise {id {members {}}} {
        return -level 0 -code error -errorcode [list SOM USER $id $members] "$id: $members"
    }

    # Raises a system exception: raise_system BAD_PARAM "what is wrong" 3 NO.
    proc raise_system {name {text {}} {minor 0} {completed MAYBE}} {
        return -level 0 -code error -errorcode [list SOM SYSTEM $name $minor $completed] $text
    }

    # Runs a script, and destroys what a variable of it names when it is left, whatever happens: with d [dsom::new Zoo::Dog] { $d speak 3 }.
    proc with {name object script} {
        upvar 1 $name o
        set o $object
        catch { uplevel 1 $script } result options
        if {[info object isa object $object]} { $object destroy }
        dict incr options -level ;# return, break and continue are the caller's
        return -options $options $result
    }

    # Has a variable name an object for as long as it is there and says so: the object is destroyed when the procedure returns, whatever happens, when the variable is
    # unset, or set to something else. local d [dsom::new Zoo::Dog]
    proc local {name object} {
        upvar 1 $name o
        set o $object
        trace add variable o {write unset} [list ::dsom::Leave $object]
        return $object
    }

    proc Leave {object name key operation} {
        if {$operation eq "write"} {
            if {[uplevel 1 [list array exists $name]]} { append name ($key) } ;# one of an array's elements
            upvar 1 $name o
            if {$o eq $object} return
            trace remove variable o {write unset} [list ::dsom::Leave $object]
        }
        if {[info object isa object $object]} { $object destroy }
    }
}
