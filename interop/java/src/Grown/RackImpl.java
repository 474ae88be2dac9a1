package Grown;

public class RackImpl extends Rack {}
