# The client of the suite of naming services on Combat, as package names has it.
#   tclsh naming.tcl ?-seed N? URL HUB
# URL is a corbaloc of the root context.

package require combat
set here [file dirname [info script]]
source [file join $here sample.tcl]
set made 0
set COS IDL:omg.org/CosNaming/NamingContext

proc call {object args} {
    incr ::made
    uplevel 1 [list $object {*}$args]
}
proc expect {got want} {
    if {$got ne $want} { error "got [string range $got 0 200], want [string range $want 0 200]" }
}
# raised runs a script that must end in an exception, and returns its id and members.
proc raised {script} {
    if {[catch {uplevel 1 $script} ex]} { return $ex }
    error "no exception: $script"
}
proc same {a b} {
    # Combat compares no references; both are objects of this process.
    if {[call $a told 1] != [call $b told 1] || [call $a name] ne [call $b name]} { error "it is another object" }
}
proc part {id {kind ""}} { list id $id kind $kind }

itcl::class Listener_impl {
    inherit PortableServer::ServantBase
    public variable name ""
    constructor {called} { set name $called }
    public method _Interface {} { return ::Interop::Refs::Listener }
    public method told {n} { expr {$n + 1} }
}

lassign [lrange $argv end-1 end] url hub
if {[set i [lsearch $argv -seed]] >= 0} { expr {srand([lindex $argv $i+1] % 2147483646 + 1)} }
corba::init -ORBHostName 127.0.0.1 -ORBServerPort 0 -ORBNativeCodeSet 65537
foreach idl {interop CosNaming} { source [file join $here $idl.tcl] }
set poa [corba::resolve_initial_references RootPOA]
[$poa the_POAManager] activate
foreach v {a b} { set $v [$poa id_to_reference [$poa activate_object [Listener_impl #auto $v]]] }
set root [corba::string_to_object $url]
call $root _is_a ${COS}Ext:1.0
set dir [part dir[bits 60 0] folder]
set object [part main object]
set status 0

foreach {name body} {
    name_context {
        set context [call $root bind_new_context [list $dir]]
        expect [call [call $root resolve [list $dir]] _is_a $COS:1.0] 1
    }
    name_bind { call $context bind [list $object] $a }
    name_resolve { same [call $root resolve [list $dir $object]] $a }
    name_twice { expect [lindex [raised { call $context bind [list $object] $b }] 0] $COS/AlreadyBound:1.0 }
    name_missing {
        expect [raised { call $root resolve [list $dir [part none]] }] \
            [list $COS/NotFound:1.0 [list why missing_node rest_of_name [list [part none]]]]
    }
    name_rebind {
        call $context rebind [list $object] $b
        same [call $root resolve [list $dir $object]] $b
    }
    name_text {
        set special [part a.b/c\\d k.[bits 30 0]]
        call $context bind [list $special] $a
        set text [call $root to_string [list $dir $special]]
        expect [call $root to_name $text] [list $dir $special]
        same [call $root resolve_str $text] $a
        call $context unbind [list $special]
    }
    name_url { same [corba::string_to_object [string map {corbaloc: corbaname:} $url]#[dict get $dir id].folder/main.object] $b }
    name_list {
        set want [list main.object]
        for {set i 0} {$i < 25} {incr i} {
            set n [part n$i [bits 30 0]]
            lappend want [dict get $n id].[dict get $n kind]
            call $context bind [list $n] $a
        }
        call $context list 7 listed it
        expect [llength $listed] 7
        for {set more 1} {$more} {} {
            set more [call $it next_n 7 page]
            lappend listed {*}$page
        }
        catch { call $it destroy } ;# some services destroy it when they have listed all
        set got [list]
        foreach b_ $listed {
            set n [lindex [dict get $b_ binding_name] 0]
            lappend got [dict get $n id].[dict get $n kind]
            if {$n ne $object} { call $context unbind [list $n] }
        }
        expect [lsort $got] [lsort $want]
    }
    name_full {
        expect [lindex [raised { call $context destroy }] 0] $COS/NotEmpty:1.0
        call $context unbind [list $object]
        call $context destroy
        call $root unbind [list $dir]
    }
    name_hub { expect [expr {[call [call $root resolve_str $hub] orb] ne ""}] 1 }
} {
    set before $made
    if {[catch $body trouble]} {
        set status 1
        puts "fail $name [string map {\n { }} $trouble]"
    } else {
        puts "ok $name calls=[expr {$made - $before}]"
    }
}
puts "made $made\nserved 0"
exit $status
