package Grown;

public class SackImpl extends Sack {}
