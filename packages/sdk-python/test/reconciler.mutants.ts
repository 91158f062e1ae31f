import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/sdk-python/test/unittest.test.ts"
const reconciler = { file: "packages/sdk-python/src/vendo/reconciler.py", test }
const envFile = { file: "packages/sdk-python/src/vendo/_env_file.py", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...reconciler,
    control: "a change that could not be told is told later, in Python",
    find: `        self._tell(self._untold.diff(_Variables.of(wanted)))
        self._untold = None`,
    replace: `        untold, self._untold = self._untold, None
        self._tell(untold.diff(_Variables.of(wanted)))`,
    name: "test_a_change_that_could_not_be_told"
  },
  {
    ...reconciler,
    control: "a change is told from what was told before, in Python",
    find: `self._untold = self._untold or _Variables.of(current)`,
    replace: `self._untold = _Variables.of(current)`,
    name: "test_a_change_that_could_not_be_told"
  },
  {
    ...reconciler,
    control: "a change is told once, in Python",
    find: `        self._untold = None

    def give_up`,
    replace: `
    def give_up`,
    name: "test_a_change_that_could_not_be_told"
  },
  {
    ...reconciler,
    control: "a file that is as it should be is left alone",
    find: `if current != wanted:`,
    replace: `if True:`,
    name: "test_it_is_replaced_when_something_changed_and_only_then"
  },
  {
    ...reconciler,
    control: "nothing is written after the end",
    find: `        if is_stopped():
            return
        current`,
    replace: `        current`,
    name: "test_nothing_is_written_or_told_after_it"
  },
  {
    ...reconciler,
    control: "nobody is told after the end, in Python",
    find: `if self._untold is None or is_stopped():`,
    replace: `if self._untold is None:`,
    name: "test_nobody_is_told_when_it_comes_while_the_file_is_written"
  },
  {
    ...reconciler,
    control: "no look begins after the end",
    find: `            if self._stopped:
                return None
            self._awaited = awaited`,
    replace: `            self._awaited = awaited`,
    name: "test_who_is_told_may_ask|test_both_threads_have_ended"
  },
  {
    ...reconciler,
    control: "who waits for a look is let go of at the end",
    find: `awaited.set_result(None)
        self._keeper`,
    replace: `pass
        self._keeper`,
    name: "test_who_waits_for_a_look_that_does_not_begin_any_more"
  },
  {
    ...reconciler,
    control: "the end waits for both threads",
    find: `thread.join(max(0.0, until - time.monotonic()))`,
    replace: `pass`,
    name: "test_both_threads_have_ended"
  },
  {
    ...reconciler,
    control: "the end ends the stream of events",
    find: `self._subscription.close()`,
    replace: `pass`,
    name: "test_both_threads_have_ended"
  },
  {
    ...reconciler,
    control: "without a service there is no mapping of the catalog",
    find: `if not self._client.is_vendo_mode():`,
    replace: `if False:`,
    name: "test_without_a_service_there_is_none"
  },
  {
    ...reconciler,
    control: "the end waits for no reload hook",
    find: `self._exchange.abort()`,
    replace: `pass`,
    name: "test_the_end_waits_for_no_hook"
  },
  {
    ...reconciler,
    control: "who asks during a look gets the next",
    find: `            awaited, self._awaited = self._awaited, None
            is_hinted`,
    replace: `            awaited = self._awaited
            is_hinted`,
    name: "test_who_asks_during_a_look_gets_the_next"
  },
  {
    ...reconciler,
    control: "all who ask during a look share the next",
    find: `self._awaited = awaited = self._awaited or Future()`,
    replace: `self._awaited = awaited = Future()`,
    name: "test_who_asks_during_a_look_gets_the_next"
  },
  {
    ...reconciler,
    control: "who is told of a change may ask for a look",
    find: `return self._hint()`,
    replace: `return None`,
    name: "test_who_is_told_may_ask"
  },
  {
    ...reconciler,
    control: "a first look that fails leaves no thread",
    find: `        reconciler.stop()
        raise`,
    replace: `        raise`,
    name: "test_the_first_look_fails"
  },
  {
    ...reconciler,
    control: "a look that fails stops no other",
    find: `        except BaseException as error:
            return error`,
    replace: `        except ArithmeticError as error:
            return error`,
    name: "test_a_later_failure_is_told"
  },
  {
    ...reconciler,
    control: "an on_error that fails stops no look",
    find: `        except BaseException as error:
            _print(error)`,
    replace: `        except ArithmeticError as error:
            _print(error)`,
    name: "test_an_on_error_that_fails_stops_nothing"
  },
  {
    ...reconciler,
    control: "a stream of events that is refused is told",
    find: `            except Exception as error:
                self._complain(error)`,
    replace: `            except ArithmeticError as error:
                self._complain(error)`,
    name: "test_a_stream_that_is_refused_is_told"
  },
  {
    ...reconciler,
    control: "only events of connections are a reason to look",
    find: `event.type.startswith("connection.")`,
    replace: `event.type`,
    name: "test_another_event_is_none"
  },
  {
    ...reconciler,
    control: "nobody listens where there is nobody to listen to",
    find: `if client.is_vendo_mode():`,
    replace: `if True:`,
    name: "test_where_there_are_none_nobody_listens"
  },
  {
    ...reconciler,
    control: "an env file stays where it is when the process goes elsewhere",
    find: `os.path.abspath(env_file)`,
    replace: `os.fspath(env_file)`,
    name: "test_it_is_where_it_was"
  },
  {
    ...reconciler,
    control: "a symbolic link is followed",
    find: `os.path.realpath(path)`,
    replace: `os.path.abspath(path)`,
    name: "test_a_symbolic_link_stays"
  },
  {
    ...reconciler,
    control: "an env file is for its owner alone",
    find: `os.chmod(beside, 0o600)`,
    replace: `pass`,
    name: "test_it_is_for_its_owner_alone"
  },
  {
    ...reconciler,
    control: "an env file is on the disk before it takes the place of the last",
    find: `os.fsync(file.fileno())`,
    replace: `pass`,
    name: "test_it_is_on_the_disk"
  },
  {
    ...reconciler,
    control: "nothing is left beside an env file",
    find: `os.unlink(beside)`,
    replace: `pass`,
    name: "test_a_failure_leaves_what_was_there"
  },
  {
    ...reconciler,
    control: "only a file that is not there is taken for none",
    find: `except FileNotFoundError:
        return None`,
    replace: `except OSError:
        return None`,
    name: "test_a_file_that_can_not_be_read"
  },
  {
    ...reconciler,
    control: "no frame shows a value of an env file",
    find: `current = _read(self._path)`,
    replace: `current, opened = _read(self._path), wanted.reveal()`,
    name: "test_no_frame_shows_one"
  },
  {
    ...reconciler,
    control: "a line on standard error holds no text that is not ours",
    find: `said = f"{type(error).__name__}, whose text`,
    replace: `said = f"{error!r}, whose text`,
    name: "test_a_line_on_standard_error"
  },
  {
    ...reconciler,
    control: "an on_change that is none is refused",
    find: `raise invalid("on_change"`,
    replace: `return print
    raise invalid("on_change"`,
    name: "test_what_is_no_argument_is_refused"
  },
  {
    ...reconciler,
    control: "a reload hook is an address of the web",
    find: `parts.scheme in ("http", "https") and`,
    replace: ``,
    name: "test_what_is_no_argument_is_refused"
  },
  {
    ...reconciler,
    control: "a reload hook that refuses was not told",
    find: `None if 200 <= status <= 299 else`,
    replace: `None if status else`,
    name: "test_what_it_refuses_or_sends_elsewhere"
  },
  {
    ...reconciler,
    control: "only a variable whose consumer must start again ends the process",
    find: `if any(self._needs_restart.get(name, False) for name in _names(diff)):`,
    replace: `if True:`,
    name: "test_the_process_ends_for_a_variable"
  },
  {
    ...reconciler,
    control: "a variable that is gone ends the process too",
    find: `self._needs_restart |= needs_restart`,
    replace: `self._needs_restart = needs_restart`,
    name: "test_the_process_ends_for_a_variable"
  },
  {
    ...reconciler,
    control: "a value is taken from a connection alone, and from nothing of Python",
    find: `getattr(connection, first) if first in _FIELDS else None`,
    replace: `getattr(connection, first)`,
    name: "test_a_value_is_found_under_the_name"
  },
  {
    ...reconciler,
    control: "what is not connected has no variables",
    find: `if connection.status == "connected" and value is not None:`,
    replace: `if value is not None:`,
    name: "test_a_value_is_found_under_the_name"
  },
  {
    ...reconciler,
    control: "the handlers of atexit run before a change ends the process",
    find: `atexit._run_exitfuncs()`,
    replace: `pass`,
    name: "test_a_change_ends_it_with_0"
  },
  {
    ...reconciler,
    control: "what was printed is not lost when a change ends the process",
    find: `stream.flush()`,
    replace: `pass`,
    name: "test_a_change_ends_it_with_0"
  },
  {
    ...reconciler,
    control: "a change ends the process, and not a thread",
    find: `    finally:
        os._exit(0)`,
    replace: `    finally:
        sys.exit(0)`,
    name: "test_a_change_ends_it_with_0"
  },
  {
    ...reconciler,
    control: "a process that is to end is not waited for",
    find: `watchdog.start()`,
    replace: `pass`,
    name: "test_what_never_ends_at_the_end"
  },
  {
    ...reconciler,
    control: "the end of the process is the end of its reconciler",
    find: `atexit.register(self.stop)`,
    replace: `pass`,
    name: "test_the_end_of_the_process_stops_it_first"
  },
  {
    ...reconciler,
    control: "a forked process leaves the env file to its parent",
    find: `        self._stopped = True
        self._awaited = None`,
    replace: `        self._awaited = None`,
    name: "test_a_forked_process_leaves_the_file"
  },
  {
    ...envFile,
    control: "a name that no environment takes is refused",
    find: `if _NAME.fullmatch(name) is None:`,
    replace: `if _NAME.match(name) is None:`,
    name: "test_what_no_environment_takes"
  },
  {
    ...envFile,
    control: "a value that no environment takes is refused",
    find: `or "\\0" in value`,
    replace: `or False`,
    name: "test_what_no_environment_takes"
  },
  {
    ...envFile,
    control: "a dollar in an env file is no variable",
    find: `("$", "\\\\$"), `,
    replace: ``,
    name: "test_the_same_variables_are_the_same_text"
  },
  {
    ...envFile,
    control: "a value of bytes that are no text is written as it was",
    find: `text.encode("utf-8", "surrogateescape")`,
    replace: `text.encode("utf-8", "replace")`,
    name: "test_every_text_is_read_as_it_was_written"
  }
]
