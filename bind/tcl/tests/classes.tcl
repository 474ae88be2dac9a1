# What a program in Tcl does with classes of C++: used, subclassed, raised through. The class library is bind/cxx/testdata/zoo.idl's.

package require tcltest 2
namespace import ::tcltest::test
package require dsom
load $::env(CALLER) Caller
foreach name {Animal Pet Dog Puppy Echo} { dsom::load Zoo::$name }

# What a script raises: its error code, or its message where that says nothing.
proc raised {script} {
    if {![catch {uplevel 1 $script} message options]} { return "no error: $message" }
    set code [dict get $options -errorcode]
    return [expr {[lindex $code 0] eq "SOM" ? $code : $message}]
}

proc living {class} { dsom::about $class instances }

test class-1.1 {a class} {
    list [dsom::load Zoo::Dog] [info class superclasses Zoo::Puppy] [dsom::about Zoo::Animal version] [dsom::about Zoo::Animal name] \
        [string match *libzoo.so [dsom::about Zoo::Dog library]] [dsom::about Zoo::Animal doc] [dsom::about Zoo::Dog doc speak]
} {::Zoo::Dog {::Zoo::Dog ::Zoo::Pet} 1.2 Zoo::Animal 1 {An animal.} {Says something n times, and how loud that was.}}

test class-1.2 {no class} {
    set codes {}
    foreach name [list Zoo::Unicorn Nothing "a b" "" [string repeat x 300]] { lappend codes [lindex [raised { dsom::load $name }] 5] }
    lappend codes [lindex [raised { dsom::load Zoo::Animal 2 0 }] 5] [dsom::load Zoo::Animal 1 1] [lindex [raised { dsom::library /nowhere/libnothing.so }] 5]
} {unknown unknown unknown unknown unknown version ::Zoo::Animal library}

test class-1.3 {a command of that name is nobody's to replace} {
    proc ::Zoo::Taken {} {}
    oo::class create ::Mine
    list [raised { dsom::new ::Mine::Nothing }] [catch { dsom::about ::Mine name } m] $m
} {{SOM SYSTEM BAD_OPERATION 14 NO unknown} 1 {class ::Mine has no class of SOM above it}}

test calls-1.1 {calls, attributes, initializers} {
    set d [dsom::new Zoo::Dog]
    set r [list [$d speak 3]]
    $d bark 5
    $d name Rex
    $d colour blue
    $d bone {size large age 1099511627776}
    set a [Zoo::Animal named Ida 3]
    set b [dsom::make Zoo::Dog named Rex 2]
    lappend r [$d speak 3] [$d name] [$d colour] [$d bone] [$d legs] [$a legs] [$b name] [info object class $b] [$d somGetClassName] [expr {[$d friend_of $d] eq $d}] [expr {[$d friend_of $a] eq $a}]
    foreach o [list $a $b $d] { $o destroy }
    set r
} {7 12 Rex blue {size large age 1099511627776} 4 3 Rex ::Zoo::Dog Zoo::Dog 1 1}

test calls-1.2 {what an object has not} -body {
    dsom::with d [dsom::new Zoo::Dog] { join [list [raised { $d legs 3 }] [raised { $d tail }] [raised { $d name a b }]] \n }
} -match glob -result {attribute "legs" of class Zoo::Animal is readonly
unknown method "tail": must be *
wrong # args*}

set place {x 1.5 y -2.0 marks {{1 2 3} {4 5 6}}}
set none {x 0.0 y 0.0 marks {{0 0 0} {0 0 0}}}
set card [list name Rex colour green tame 1 tricks [list sit "ß€\U1F600"] home $place title "wide \U1F600 text"]
set blank [list name {} colour red tame 0 tricks {} home $place title {}]
set e [dsom::new Zoo::Echo]
set dog [dsom::new Zoo::Dog]
set cat [dsom::new Zoo::Animal]
foreach {method v io} [list flag 1 0 byte 255 0 letter a ÿ wide € a small -32768 32767 large 4294967295 0 huge 18446744073709551615 1 huge 9223372036854775808 9223372036854775807 \
        single 0.5 -1.0 twice 0.1 Inf colour blue red text "grüße \uD83D\uDE00" {} title "grüße \uD83D\uDE00" {} title "\uD800" {} animal $dog $cat place $place $none \
        numbers {1 2 3} -1 names {a b} {{} c} tree {value 1 below {{value 2 below {}} {value 3 below {{value 4 below {}}}}}} {value 0 below {}} \
        food {d red v 7} {d green v leaf} food [list d blue v $blank] {d red v -1} flags {1 0} {} herd [list $dog $cat] {} \
        album {covers {{a b c} {d e f}} pages 6} {covers {{{} {} {}} {{} {} {}}} pages 0} cards [list $blank $blank] {} card $blank $blank] {
    test values-$method {a value goes and comes} { $e $method $v $io } [list $v $io $v]
}
test values-card {a structure with all in it, as often as it is handed on} {
    set got [lindex [$e card $card $card] 0]
    expr {$got eq [lindex [$e card $got $got] 2] && [dict get $got name] eq "Rex" && [dict get $got home] eq $place}
} 1
test values-token {an address} { list [$e token 0x1234] [$e token 0] [$e token {}] } {4660 0 0}

foreach {n method args want} [list 1 byte {256 0} {byte: v: 256 is out of the range of octet (0 to 255)} 2 byte {0 -1} {byte: io: -1 is out of the range of octet (0 to 255)} \
        3 small {32768 0} {*out of the range of short*} 4 large {4294967296 0} {*out of the range of unsigned long*} 5 huge {18446744073709551616 0} {*out of the range of unsigned long long*} \
        32 huge {-18446744073709551615 0} {*out of the range*} 33 small {-18446744073709551615 0} {*range of short*} 34 colour {-18446744073709551615 red} {*is no Zoo::Colour} \
        36 herd [list [list $dog {}] {}] {herd: v[[]1]: expected an object of class Zoo::Animal but got ""} 35 token -18446744073709551615 {*expected an address*} 6 huge {-1 0} {*out of the range*} 7 small {1.5 0} {small: v: expected integer but got "1.5"} 8 small {x 0} {*expected integer*} 9 single {1e300 0} {*out of the range of float} \
        10 letter {ab a} {*expected one character*} 11 letter {€ a} {*beyond U+00FF} 12 wide {ab a} {*one character up to U+FFFF*} 13 flag {maybe 0} {*expected boolean value but got "maybe"} \
        14 text [list a\0b {}] {*contains a zero} 15 title [list a\0b {}] {*contains a zero} 16 animal [list {} $dog] {*expected an object of class Zoo::Animal but got ""} \
        17 animal [list $e $dog] {*expected an object of class Zoo::Animal but got one of class Zoo::Echo} 18 animal [list set $dog] {*but got "set"} 19 numbers [list \{ {}] {*expected a list*} \
        20 numbers {{1 x} {}} {numbers: v[[]1]: expected integer but got "x"} 21 place {{x 0 y 0 marks {{0 0} {0 0}}} {}} {place: v.marks[[]0]: 2 elements, and the array has 3} \
        22 place {7 {}} {*expected a dictionary of Zoo::Place but got "7"} 23 card {{name a} {}} {card: v.colour: a dictionary of Zoo::Card lacks it} 24 colour {pink red} {*"pink" is no Zoo::Colour} \
        25 colour {7 red} {*"7" is no Zoo::Colour} 26 token {x} {*expected an address*} 27 flag {} {wrong # args: should be "* flag v io"} 28 flag {1 1 1} {wrong # args*} \
        29 food {{d red} {}} {food: v.v: it is not there} 30 food {{} {}} {*expected a dictionary of d and v*} 31 card {{name {} colour red tame 0 tricks {} home {x 0 y 0} title {}} {}} {card: v.home.marks:*lacks it}] {
    test wrong-$n {an argument that is none} -body { raised { $e $method {*}$args } } -match glob -result $want
}
test wrong-deep {values in values} { raised { set t {value 0 below {}}; for {set i 0} {$i < 200} {incr i} { set t [list value 0 below [list $t]] }; $e tree $t $t } } {values are nested deeper than 256 (SOMH_MAX_NESTING)}
test wrong-constructor {arguments where there are none} -body { raised { Zoo::Dog new 1 } } -match glob -result {wrong # args*}
test wrong-copy {objects are not copied} { raised { oo::copy $dog } } {objects of SOM cannot be copied}

test errors-1.1 {exceptions of the IDL, and of the system} {
    list [raised { $dog speak 1005 }] [raised { $dog speak -1 }] [raised { Zoo::Animal named nobody 4 }] [raised { $cat speak 999 }] [lrange [raised { $cat speak 998 }] 0 2]
} {{SOM USER IDL:Zoo/TooLoud:1.0 {volume 5 why { is too loud}}} {SOM USER IDL:Zoo/Asleep:1.0 {}} {SOM USER IDL:Zoo/TooLoud:1.0 {volume 1 why {nobody has a name}}} {SOM SYSTEM UNKNOWN 0 MAYBE} {SOM SYSTEM NO_MEMORY}}

test subclass-1.1 {next, and calls from C} {
    oo::class create Loud { superclass Zoo::Dog; method speak n { expr {[next $n] + 100} } }
    oo::class create Louder { superclass Loud; method speak n { expr {[next $n] * 2} } }
    set o [Louder new]
    set r [list [$o speak 3] [dsom::dispatch $o speak 3] [$o somGetClassName] [dsom::about Loud name] [caller direct [dsom::address $o speak] [dsom::address $o] 3]]
    $o destroy
    set r
} {214 214 Louder Loud 214}

test subclass-1.2 {all that comes and goes} {
    oo::class create Twice {
        superclass Zoo::Echo
        method card {v io} { list $v $io $v }
        method numbers {v io} { list [lmap n $v { expr {$n * 2} }] $io [llength $v] }
        method herd {v io} { list [lreverse $v] $io $v }
        method food {v io} { list {d green v leaf} $v $io }
    }
    dsom::with o [Twice new] { list [expr {[dsom::dispatch $o card $blank $blank] eq [list $blank $blank $blank]}] [dsom::dispatch $o numbers {1 2} 3] \
        [expr {[dsom::dispatch $o herd [list $dog $cat] {}] eq [list [list $cat $dog] {} [list $dog $cat]]}] [dsom::dispatch $o food {d red v 1} {d red v 2}] }
} {1 {{2 4} 3 2} 1 {{d green v leaf} {d red v 1} {d red v 2}}}

test subclass-1.3 {results that are none} -body {
    oo::class create Wrong { superclass Zoo::Echo; method text {v io} { return $::result }; method small {v io} { return {1 2 99999} }; method byte {v io} { return -code break } }
    set o [Wrong new]
    set r {}
    foreach ::result {{} {a b} {a b c d}} { lappend r [raised { dsom::dispatch $o text a b }] }
    lappend r [raised { dsom::dispatch $o small 1 2 }] [raised { dsom::dispatch $o byte 1 2 }]
    $o destroy
    join $r \n
} -match glob -result {the result of text in class Wrong: expected a list of 3 but got ""
the result of text in class Wrong: expected a list of 3 but got "a b"
the result of text in class Wrong: expected a list of 3 but got "a b c d"
the result of small in class Wrong: 99999 is out of the range of short (-32768 to 32767)
byte of class Wrong ends in break}

test subclass-1.4 {attributes in Tcl} {
    oo::class create Named {
        superclass Zoo::Dog
        method _get_name {} { return "<[next]>" }
        method _set_name v { variable kept $v; next $v }
        method kept {} { variable kept; return $kept }
    }
    set o [Named new]
    dsom::dispatch $o _set_name Rex
    set r [list [$o kept] [$o name] [dsom::dispatch $o _get_name]]
    for {set i 0} {$i < 40} {incr i} { $o name $i; lappend r {*}[if {[dsom::dispatch $o _get_name] ne "<$i>"} { list $i }] }
    $o destroy
    set r
} {Rex <Rex> <Rex>}

test subclass-1.5 {errors go through C, and are what they were} {
    oo::class create Raising { superclass Zoo::Dog; method speak n { eval $::what } }
    set o [Raising new]
    set r {}
    foreach ::what {{error odd {} {MY CODE}} {dsom::raise IDL:Zoo/TooLoud:1.0 {volume 7 why x}} {dsom::raise IDL:Zoo/Asleep:1.0} {dsom::raise_system BAD_PARAM bad 3 YES}
            {dsom::raise IDL:Zoo/TooLoud:1.0 {volume 99999 why x}}} {
        catch { dsom::dispatch $o speak 1 } m options
        lappend r $m [dict get $options -errorcode]
    }
    set ::what {error odd}
    lappend r [caller direct [dsom::address $o speak] [dsom::address $o] 1]
    $o destroy
    set r
} {odd {MY CODE} {Zoo::TooLoud: volume 7 why x} {SOM USER IDL:Zoo/TooLoud:1.0 {volume 7 why x}} Zoo::Asleep {SOM USER IDL:Zoo/Asleep:1.0 {}} {BAD_PARAM: bad} {SOM SYSTEM BAD_PARAM 3 YES} {Zoo::TooLoud.volume: 99999 is out of the range of short (-32768 to 32767)} {DSOM VALUE} {IDL:opendsom/TclError:1.0 {odd}}}

test subclass-1.6 {what C++ raised goes through} {
    oo::class create Passing { superclass Zoo::Dog; method speak n { next $n } }
    dsom::with o [Passing new] { raised { dsom::dispatch $o speak 1007 } }
} {SOM USER IDL:Zoo/TooLoud:1.0 {volume 7 why { is too loud}}}

test subclass-1.7 {constructors, and objects that others make} {
    oo::class create Held { superclass Zoo::Dog; variable many; constructor {{name ?} {legs 4}} { next; my name $name; set many $legs }; method many {} { return $many } }
    oo::class create Careless { superclass Zoo::Dog; constructor {} { set x 1 } }
    oo::class create Failing { superclass Zoo::Dog; constructor {} { next; error begin } }
    set before [living Zoo::Dog]
    set o [Held new Rex 5]
    set p [dsom::som_new Held]
    set q [dsom::make Held named x 3]
    set c [Careless new]
    set r [list [$o name] [$o many] [$p name] [$p many] [$q many] [dsom::dispatch $c speak 1] [raised { Failing new }] [raised { dsom::som_new Failing }]]
    foreach x [list $o $p $q $c] { $x destroy }
    lappend r [expr {[living Zoo::Dog] - $before}]
} {Rex 5 ? 4 4 3 begin begin 0}

test subclass-1.8 {methods that are defined later, two parents, names} {
    oo::class create Later { superclass Zoo::Dog }
    set o [Later new]
    set r [dsom::dispatch $o speak 3]
    oo::define Later method speak n { expr {[next $n] + 1} }
    dsom::register Later
    lappend r [dsom::dispatch $o speak 3]
    $o destroy
    oo::class create Both { superclass Zoo::Dog Zoo::Pet; method speak_to who { expr {[next $who] + 1} } }
    set o [Both new]
    lappend r [dsom::dispatch $o speak_to abc] [$o speak 1] [$o owner]
    $o destroy
    namespace eval other { oo::class create Later { superclass Zoo::Dog } }
    dsom::register other::Later
    lappend r [expr {"other::Later" in [dsom::classes]}]
    Later destroy
    lappend r [expr {"Later" in [dsom::classes]}]
} {7 8 4 3 somebody 1 0}

test subclass-1.9 {an older class raises with fewer members} {
    caller older
    set o [dsom::new Older]
    set r [lrange [raised { $o speak 5 }] 0 2]
    $o destroy
    set r
} {SOM USER IDL:Zoo/TooLoud:1.0}

test subclass-1.10 {a message that is cut within a character} -body {
    oo::class create Cut { superclass Zoo::Echo; method small {v io} { return [list aa[string repeat € 33] 1 1] } }
    set o [Cut new]
    set r [list [raised { dsom::dispatch $o small 1 2 }]]
    foreach n {97 98 99 100} { lappend r [string length [raised { $e small [string repeat a $n]€ 0 }]] }
    dsom::with d [dsom::new Zoo::Dog] { oo::class create Cuts { superclass Zoo::Dog; method speak n { return aa[string repeat € 33] } } }
    dsom::with c [Cuts new] { lappend r [caller direct [dsom::address $c speak] [dsom::address $c] 1] }
    $o destroy
    join $r \n
} -result "the result of small in class Cut: expected integer but got \"aa[string repeat € 32]\"
[join [list 135 135 136 137] \n]
IDL:opendsom/TclError:1.0 {the result of speak in class Cuts: expected integer but got \"aa[string repeat € 32]\"}"

test subclass-1.11 {a method of C that calls itself begins with the object's class} {
    caller again
    dsom::load Again
    oo::class create Anew { superclass Again; variable said; method speak n { lappend said $n; next $n }; method said {} { set r $said; set said {}; return $r } }
    oo::class create AnewBelow { superclass Anew; method speak n { expr {[next $n] + 100} } }
    set r {}
    foreach c {Anew AnewBelow} { dsom::with o [$c new] { lappend r [$o speak 3] [$o said] [dsom::dispatch $o speak 2] [$o said] } }
    set r
} {6 {3 2 1 0} 3 {2 1 0} 406 {3 2 1 0} 303 {2 1 0}}

test subclass-1.12 {classes of C below one of Tcl's are run once} {
    oo::class create Upper { superclass Zoo::Dog; method speak n { expr {[next $n] + 100} } }
    dsom::register Upper
    caller below Lower Upper
    caller below Lowest Lower
    set r {}
    foreach c {Lower Lowest} { dsom::with o [dsom::new [dsom::load $c]] { lappend r [$o speak 3] [caller called] [dsom::dispatch $o speak 3] [caller called] } }
    oo::class create Lowermost { superclass Lowest; method speak n { expr {[next $n] + 1000} } }
    dsom::with o [Lowermost new] { lappend r [$o speak 3] [caller called] [dsom::dispatch $o speak 3] [caller called] }
} {117 1 117 2 127 4 127 6 1127 8 1127 10}

test subclass-1.13 {nothing is left of a class that was called and has gone} {
    set r {}
    for {set i 0} {$i < 100} {incr i} {
        oo::class create Leaving { superclass Zoo::Dog; method speak n { return 0 } }
        set o [Leaving new]
        dsom::dispatch $o speak 1
        $o destroy
        Leaving destroy
        dsom::with d [dsom::new Zoo::Dog] { lappend r [$d speak 3] }
    }
    lsort -unique $r
} 7

# What C++'s constructor shows around: it is the object that it will be where Tcl makes it; another one, with the constructor's work done, where others do.
test early-1.1 {an object that is seen before it is begun} {
    caller showing Showing Zoo::Dog
    dsom::load Showing
    oo::class create Watching { superclass Zoo::Dog; method friend_of who { lappend ::seen $who [$who speak 3]; return $who } }
    oo::class create Shown { superclass Showing; variable mark; constructor {} { set mark 1; next; incr mark }; method mark {} { return $mark } }
    set w [Watching new]
    set r {}
    foreach undo {0 1} {
        caller watch [dsom::address $w] $undo
        set ::seen {}
        catch { set o [Shown new] } m
        lappend r [lindex $::seen 1]
        if {!$undo} { lappend r [expr {[lindex $::seen 0] eq $o}] [$o mark]; $o destroy } else { lappend r $m }
        lappend r [info commands [lindex $::seen 0]] [living Shown]
        set ::seen {}
        catch { set o [dsom::som_new Shown] } m
        lappend r [lindex $::seen 1]
        if {!$undo} { lappend r [expr {[lindex $::seen 0] eq $o}] [$o mark]; $o destroy } else { lappend r $m [catch { [lindex $::seen 0] speak 1 } m o] [dict get $o -errorcode]; catch { [lindex $::seen 0] destroy } }
        lappend r [info commands [lindex $::seen 0]] [living Shown]
    }
    for {set i 0} {$i < 50} {incr i} {
        caller watch [dsom::address $w] [expr {$i % 3 == 1}]
        catch { if {$i % 2} { Shown new } else { dsom::som_new Shown } } o
        catch { $o destroy }
        catch { caller made Shown }
    }
    caller watch 0 0
    $w destroy
    foreach o [lsort -unique $::seen] { catch { $o destroy } }
    lappend r [living Shown]
} {7 1 2 {} 0 7 0 2 {} 0 7 {INITIALIZE: it is undone} {} 0 7 {INITIALIZE: it is undone} 1 {DSOM RELEASED} {} 0 0}

test early-2.1 {what an override has lent C lasts until C's part has ended, whoever gives back the last reference} {
    caller borrowing Borrowing Zoo::Echo
    dsom::load Borrowing
    oo::class create Lends { superclass Borrowing; method kept_text {} { return $::text } }
    set r {}
    foreach how {destroy release give} {
        set ::text "a text that is lent until the end: $how"
        set o [Lends new]
        set at [dsom::address $o]
        caller borrow $at
        switch $how {
            destroy { $o destroy }
            release { caller hold $at; $o destroy; caller release $at }
            give { caller hold $at; dsom::give $o; caller release $at }
        }
        lappend r [caller borrowed]
    }
    lappend r [living Lends]
} {{a text that is lent until the end: destroy} {a text that is lent until the end: release} {a text that is lent until the end: give} 0}

test early-2.2 {references to what could not be begun are given back, and with them goes the memory} {
    caller showing Undoing Zoo::Dog
    dsom::load Undoing
    oo::class create WatchingUndone { superclass Zoo::Dog; method friend_of who { lappend ::seen $who; return $who } }
    oo::class create Undone { superclass Undoing }
    set w [WatchingUndone new]
    caller watch [dsom::address $w] 1
    proc some n {
        for {set i 0} {$i < $n} {incr i} {
            set ::seen {}
            catch { Undone new }
            catch { dsom::som_new Undone }
            caller made Undone
            foreach o $::seen { catch { $o destroy } }
        }
        caller heap
    }
    some 300
    set before [some 300]
    set more [expr {[some 3000] - $before}]
    caller watch 0 0
    $w destroy
    list [expr {$more < 180000 ? "flat" : $more}] [living Undone]
} {flat 0}

test early-2.3 {a class may make objects in its own way: what it keeps is its own} {
    caller twofold Twofold Zoo::Dog
    dsom::load Twofold
    oo::class create OfTwo { superclass Twofold }
    set o [OfTwo new]
    set r [list [$o speak 3] [living OfTwo]]
    $o destroy
    lappend r [living OfTwo]
    caller drop
    lappend r [living OfTwo]
} {7 1 1 0}

test early-1.2 {an object that is given away before it is begun} {
    oo::class create Giving { superclass Zoo::Dog; method friend_of who { dsom::give $who; lappend ::seen $who [$who speak 3]; return $who } }
    set w [Giving new]
    set r {}
    foreach undo {0 1} {
        foreach make {{Shown new} {dsom::som_new Shown}} {
            caller watch [dsom::address $w] $undo
            set ::seen {}
            lappend r [catch { set o [{*}$make] } m] [lindex $::seen 1]
            if {!$undo} { lappend r [expr {[lindex $::seen 0] eq $o}] [$o speak 3] [$o mark] [living Shown]; $o destroy } else { lappend r $m }
            lappend r [living Shown]
        }
        if {$undo} { catch { [lindex $::seen 0] destroy } }
        set ::seen {}
        lappend r [caller made Shown] [living Shown]
    }
    caller watch 0 0
    foreach o [list $w [lindex $::seen 0]] { $o destroy }
    set r
} {0 7 1 7 2 1 0 0 7 0 7 2 1 0 7 0 1 7 {INITIALIZE: it is undone} 0 1 7 {INITIALIZE: it is undone} 0 {IDL:omg.org/CORBA/INITIALIZE:1.0 {it is undone}} 0}

test early-1.3 {another of its class that is seen meanwhile} {
    oo::class create Meeting { superclass Zoo::Dog; method friend_of who { lappend ::seen $who [$who speak 3]; return $who } }
    set w [Meeting new]
    set a [Shown new]
    set address [dsom::address $a]
    $e keep {} $a
    $a destroy
    set ::seen {}
    caller watch [dsom::address $w] 0 $address
    set b [Shown new]
    caller watch 0 0
    $e keep {} $dog
    set r [list [expr {[lindex $::seen 0] eq $b}] [expr {[dsom::address $b] == $address}] [$b mark] [living Shown]]
    foreach o [list $b [lindex $::seen 0] $w] { $o destroy }
    lappend r [living Shown]
} {0 0 2 2 0}

test early-1.4 {an object that is destroyed while it is made} {
    oo::class create Ending { superclass Zoo::Dog; method friend_of who { incr ::n; $who destroy; if {$::again} { oo::class create Other$::n }; return [self] } }
    oo::class create Bare { superclass Showing; method speak n { return 99 } }
    set before [dsom::count]
    set w [Ending new]
    set n 0
    set r {}
    foreach undo {0 1} {
        caller watch [dsom::address $w] $undo
        foreach again {0 1} {
            foreach make {{Bare new} {Bare create bare} {Shown new} {dsom::som_new Bare} {dsom::som_new Shown}} {
                catch { {*}$make } m o
                if {[lindex $make 0] eq "dsom::som_new" && !$undo} { lappend made [dsom::dispatch $m speak 3]; $m destroy } else { lappend r $m }
            }
        }
    }
    caller watch 0 0
    dsom::with o [Bare new] { lappend made [dsom::dispatch $o speak 3] }
    $w destroy
    list {*}[lsort -unique $r] $made $n [living Bare] [living Shown] [expr {[dsom::count] - $before}] [info commands bare]
} {{INITIALIZE: it is undone} {the object of class Bare has been destroyed while it was made} {the object of class Shown has been destroyed while it was made} {99 7 99 7 99} 20 0 0 0 {}}

# The same of a class that Tcl has not made, whose name is known before.
test early-1.5 {an object of another language's class that is destroyed while it is made} {
    oo::class create Naming { superclass Zoo::Dog; method friend_of who { named destroy; $who destroy; return [self] } }
    set w [Naming new]
    caller watch [dsom::address $w] 0
    set r [list [catch { Showing create named } m] $m]
    caller watch 0 0
    $w destroy
    lappend r [info commands named]
    lappend r [living Showing]
} {1 {the object of class Showing has been destroyed while it was made} {} 0}

test lifetime-1.0 {as long as a block, a variable, a command} {
    set before [living Zoo::Dog]
    proc blocks how {
        dsom::with d [dsom::new Zoo::Dog] { lappend ::r [$d speak 3]; switch $how { error { error odd } return { return 7 } break { break } } }
        return 8
    }
    proc variables how {
        dsom::local d [dsom::new Zoo::Dog]
        dsom::local e [dsom::new Zoo::Dog]
        lappend ::r [$d speak 3] [expr {[living Zoo::Dog] - $::before}]
        switch $how { error { error odd } unset { unset d } set { set d 1 } same { set d $d } destroy { $d destroy } }
        lappend ::r [expr {[living Zoo::Dog] - $::before}]
        return 8
    }
    proc elements how {
        dsom::local a(x) [dsom::new Zoo::Dog]
        upvar 0 a(x) b
        return [list [catch $how m] [expr {[living Zoo::Dog] - $::before}]]
    }
    set r {}
    foreach how {none return error break} { lappend r [catch { blocks $how } m] $m [expr {[living Zoo::Dog] - $before}] }
    foreach how {none error unset set same destroy} { lappend r [catch { variables $how } m] $m [expr {[living Zoo::Dog] - $before}] }
    dsom::local g [dsom::new Zoo::Dog]
    unset g
    foreach how {{set a(x) 1} {unset a(x)} {unset a} {set b 1} {set b $b}} { lappend r [elements $how] [expr {[living Zoo::Dog] - $before}] }
    set d [dsom::new Zoo::Dog]
    rename $d {}
    lappend r [expr {[living Zoo::Dog] - $before}]
    rename blocks {}
    rename variables {}
    rename elements {}
    set r
} {7 0 8 0 7 0 7 0 7 1 odd 0 7 1 {invoked "break" outside of a loop} 0 7 2 2 0 8 0 7 2 1 odd 0 7 2 1 0 8 0 7 2 1 0 8 0 7 2 2 0 8 0 7 2 1 0 8 0 {0 0} 0 {0 0} 0 {0 0} 0 {0 0} 0 {0 1} 0 0}

test lifetime-1.1 {destroy} {
    set before [living Zoo::Dog]
    set d [dsom::new Zoo::Dog]
    set r [expr {[living Zoo::Dog] - $before}]
    $d destroy
    lappend r [expr {[living Zoo::Dog] - $before}] [raised { $d speak 1 }] [raised { $e animal $d $dog }]
    regsub -all $d $r d
} {1 0 {invalid command name "d"} {animal: v: expected an object of class Zoo::Animal but got "d"}}

test lifetime-1.2 {what was given lasts as long as others have it} {
    oo::class create Given { superclass Zoo::Dog; variable mark; method mark args { set mark {*}$args }; destructor { incr ::gone; catch next } }
    set ::gone 0
    set o [Given new]
    $o mark 7
    $e keep {} $o
    dsom::give $o
    set w [dsom::weak $o]
    set r [list [$o mark] [expr {[$w] eq $o}] [living Given] $::gone]
    $e keep {} $dog
    lappend r [living Given] $::gone [$w] [info object isa object $o] [raised { dsom::give $dog }]
    rename $w {}
    set r
} "7 1 1 0 0 1 {} 0 {$dog is of class Zoo::Dog, which is not Tcl's: destroy it}"

test lifetime-1.3 {destroyed in its own call, and in another's hands} -body {
    oo::class create Short { superclass Zoo::Dog; method speak n { my destroy; return $n } }
    set o [Short new]
    set r [list [raised { dsom::dispatch $o speak 3 }]]
    oo::class create Long { superclass Zoo::Dog; method speak n { return 99 } }
    set o [Long new]
    set entry [dsom::address $o speak]
    set address [dsom::address $o]
    $e keep {} $o
    lappend r [caller direct $entry $address 1]
    $o destroy
    lappend r [living Short] [living Long] [caller direct $entry $address 1]
    $e keep {} $dog
    lappend r [living Long]
} -result {{no error: 3} 99 0 1 3 0}

test lifetime-1.4 {a class goes with its objects} {
    oo::class create Going { superclass Zoo::Dog }
    Going new
    Going create going
    set r [living Going]
    Going destroy
    lappend r [expr {"Going" in [dsom::classes]}] [info commands going]
} {2 0 {}}

test lifetime-1.5 {a class goes with those below it} {
    set r {}
    foreach i {1 2} {
        oo::class create Together { superclass Zoo::Dog }
        oo::class create TogetherBelow { superclass Together; method speak n { return 1 } }
        dsom::with o [TogetherBelow new] { dsom::dispatch $o speak 1 }
        Together destroy
        lappend r {*}[lsearch -all -inline [dsom::classes] Together*]
    }
    set r
} {}

test deep-1.1 {overrides within one another} -body {
    oo::class create Deep { superclass Zoo::Dog; method speak n { expr {$n == 0 ? 0 : [dsom::dispatch [self] speak [expr {$n - 1}]] + 1} } }
    dsom::with o [Deep new] { list [dsom::dispatch $o speak 40] [raised { dsom::dispatch $o speak 100000 }] [dsom::dispatch $o speak 40] }
} -match glob -result {40 * 40}

test threads-1.1 {another thread's calls are done by the event loop} {
    oo::class create Foreign { superclass Zoo::Dog; method speak n { incr ::seen; if {$n == 7} { error odd }; expr {$n + 1} } }
    proc called {o n times} {
        caller begin [dsom::address $o speak] [dsom::address $o] $n $times
        while {[set r [caller ended]] eq {}} { after 1 {set ::tick 1}; vwait ::tick }
        return $r
    }
    set ::seen 0
    set o [Foreign new]
    set r [list [called $dog 5 1] [called $o 10 300] $::seen [called $o 7 1]]
    $o destroy
    set r
} {11 310 300 {IDL:opendsom/TclError:1.0 {odd}}}

test threads-1.2 {an override that does not return before its caller has gone} -body {
    oo::class create Never { superclass Zoo::Dog; method speak n { if {$n < 5} { return $n }; set ::told [caller wait]; if {$n == 6} { error "nobody hears it" }; return none } }
    set o [Never new]
    $e keep {} $o
    set again [dsom::weak $o]
    set r {}
    foreach n {5 6} {
        if {$n == 6} { $o destroy; set o [$again] } ;# C++ has it, and hands it over once more
        dsom::patience 300
        while 1 {
            set ::told {}
            caller begin [dsom::address $o speak] [dsom::address $o] $n 1
            while {$::told eq {}} { after 1 {set ::tick 1}; vwait ::tick; if {$::told eq {}} { set ::told [caller ended] } }
            if {[lindex $::told 0] ne "IDL:omg.org/CORBA/TRANSIENT:1.0"} break ;# it was not served in time
        }
        dsom::patience 60000
        lappend r $::told [dsom::dispatch $o speak 4]
    }
    $o destroy
    rename $again {}
    $e keep {} $dog
    lappend r [raised { dsom::patience 0 }] [raised { dsom::patience x }] [$dog speak 3]
    join $r \n
} -match glob -result "IDL:omg.org/CORBA/TIMEOUT:1.0 {*within twice 300 ms (SOMH_HOME_PATIENCE), and goes on}
4
IDL:omg.org/CORBA/TIMEOUT:1.0 {*within twice 300 ms (SOMH_HOME_PATIENCE), and goes on}
4
expected milliseconds from 1 to 4294967295 but got \"0\"
expected integer but got \"x\"
7"

test threads-1.3 {one that another thread cancels, and goes through C++} {
    oo::class create Endless { superclass Zoo::Dog; method speak n { caller cancel; while 1 { incr ::i } } }
    set o [Endless new]
    set r {}
    foreach n {1 2 3} { lappend r [catch { dsom::dispatch $o speak $n } m] $m [$dog speak 3] }
    $o destroy
    set r
} {1 {eval canceled} 7 1 {eval canceled} 7 1 {eval canceled} 7}

test interp-1.1 {one interpreter} {
    interp create other
    set r [raised { interp eval other [list load [lindex [lsearch -inline -index 1 [info loaded] Dsom] 0] Dsom] }]
    interp delete other
    set r
} {dsom is for one interpreter of a process}

foreach o [list $e $dog $cat] { $o destroy }
test lifetime-2.1 {nothing is left} { list [dsom::count] [living Zoo::Animal] } {0 0}

set failed $::tcltest::numTests(Failed)
tcltest::cleanupTests
puts [expr {$failed ? "FAILED" : "OK"}]
exit $failed
