#!/bin/sh
echo scripted
