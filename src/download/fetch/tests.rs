//! Downloads from a server on this machine, whole, broken and hostile.

use super::*;
use crate::fingerprint::hex;
use md5::{Digest, Md5};
use sha2::Sha256;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

/// What the server sends for the n-th request: status line, headers, body.
type Answer = Box<dyn Fn(&str) -> Vec<u8> + Send>;

/// A server that gives one answer per connection, in order, and notes the requests.
fn serve(answers: Vec<Answer>) -> (&'static str, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&requests);
    thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let request: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let request = request.join("\n").to_lowercase();
            // The client may hang up early.
            stream.write_all(&answer(&request)).ok();
            log.lock().unwrap().push(request);
        }
    });
    (address.leak(), requests)
}

fn content() -> Vec<u8> {
    (0..200_000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

fn http(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\n{headers}Connection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

fn whole(body: Vec<u8>) -> Answer {
    let length = format!("Content-Length: {}\r\n", body.len());
    Box::new(move |_| http("200 OK", &length, &body))
}

fn status(line: &'static str) -> Answer {
    Box::new(move |_| http(line, "Content-Length: 0\r\n", &[]))
}

/// Promises everything, sends `bytes` and hangs up.
fn broken_off_after(bytes: usize) -> Answer {
    let length = format!("Content-Length: {}\r\n", content().len());
    Box::new(move |_| http("200 OK", &length, &content()[..bytes]))
}

/// Sends what the `Range` header asks for.
fn ranged() -> Answer {
    Box::new(|request| {
        let start = request.split_once("range: bytes=").unwrap().1;
        let start: usize = start.split_once('-').unwrap().0.parse().unwrap();
        let (content, length) = (content(), content().len());
        let headers = format!(
            "Content-Length: {}\r\nContent-Range: bytes {start}-{}/{length}\r\n",
            length - start,
            length - 1
        );
        http("206 Partial Content", &headers, &content[start..])
    })
}

fn remote(mirrors: &[&'static str]) -> RemoteFile<'static> {
    RemoteFile {
        name: "images.gz",
        mirrors: mirrors.to_vec().leak(),
        md5: Some(hex(&Md5::digest(content())).leak()),
        sha256: hex(&Sha256::digest(content())).leak(),
        bytes: Some(content().len() as u64),
    }
}

struct Run {
    folder: tempfile::TempDir,
    result: Result<(), DownloadError>,
    failures: Vec<String>,
}

impl Run {
    fn of(mirrors: &[&'static str], part: Option<&[u8]>) -> Self {
        Self::of_file(remote(mirrors), part)
    }

    /// As where neither MD5 nor length are published.
    fn of_little_known(mirrors: &[&'static str], part: Option<&[u8]>) -> Self {
        let known = remote(mirrors);
        let file = RemoteFile {
            md5: None,
            sha256: &known.sha256[..8],
            bytes: None,
            ..known
        };
        Self::of_file(file, part)
    }

    fn of_file(file: RemoteFile, part: Option<&[u8]>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if let Some(part) = part {
            fs::write(folder.path().join("images.gz.part"), part).unwrap();
        }
        let fetcher = Fetcher {
            agent: agent(None, Duration::from_secs(5)),
            attempts: 3,
            pause: Duration::from_millis(1),
        };
        let mut failures = Vec::new();
        let result = fetcher.fetch(&[file], folder.path(), &mut |event| {
            if let FetchEvent::Failed { reason, .. } = event {
                failures.push(reason.to_owned());
            }
        });
        Self {
            folder,
            result,
            failures,
        }
    }

    fn assert_complete(&self) {
        assert!(self.result.is_ok(), "{}", self.result.as_ref().unwrap_err());
        let file = fs::read(self.folder.path().join("images.gz")).unwrap();
        assert!(file == content(), "the content differs");
        assert!(!self.folder.path().join("images.gz.part").exists());
    }

    fn refusal(&self) -> String {
        assert!(!self.folder.path().join("images.gz").exists());
        self.result.as_ref().unwrap_err().to_string()
    }
}

#[test]
fn a_whole_file_arrives_under_its_name() {
    let (mirror, requests) = serve(vec![whole(content())]);
    Run::of(&[mirror], None).assert_complete();
    let request = &requests.lock().unwrap()[0];
    assert!(request.starts_with("get /images.gz "), "{request}");
    assert!(request.contains("user-agent: convlab/"), "{request}");
    assert!(!request.contains("range:"), "{request}");
}

#[test]
fn a_broken_connection_is_resumed_where_it_broke() {
    let (mirror, requests) = serve(vec![broken_off_after(150_000), ranged()]);
    let run = Run::of(&[mirror], None);
    run.assert_complete();
    assert_eq!(run.failures.len(), 1);
    assert!(requests.lock().unwrap()[1].contains("range: bytes=150000-"));
}

#[test]
fn a_part_of_an_earlier_run_is_resumed() {
    let (mirror, requests) = serve(vec![ranged()]);
    Run::of(&[mirror], Some(&content()[..70_000])).assert_complete();
    assert!(requests.lock().unwrap()[0].contains("range: bytes=70000-"));
}

#[test]
fn a_part_that_is_whole_already_needs_no_request() {
    Run::of(&["http://127.0.0.1:9/"], Some(&content())).assert_complete();
}

#[test]
fn a_part_of_something_else_is_thrown_away_and_the_file_fetched_anew() {
    let (mirror, _) = serve(vec![ranged(), whole(content())]);
    let run = Run::of(&[mirror], Some(&[7; 70_000]));
    run.assert_complete();
    assert!(
        run.failures[0].contains("wrong content"),
        "{:?}",
        run.failures
    );
}

#[test]
fn a_part_that_is_too_long_or_cannot_be_resumed_is_thrown_away() {
    for part in [&[7; 300_000][..], &content()[..70_000]] {
        let (mirror, _) = serve(vec![whole(content())]);
        Run::of(&[mirror], Some(part)).assert_complete();
    }
}

#[test]
fn a_server_that_refuses_the_range_is_asked_for_everything() {
    let (mirror, requests) = serve(vec![status("416 Range Not Satisfiable"), whole(content())]);
    Run::of(&[mirror], Some(&content()[..70_000])).assert_complete();
    assert!(!requests.lock().unwrap()[1].contains("range:"));
}

#[test]
fn a_server_that_forbids_or_lacks_the_file_gives_way_to_the_mirror_at_once() {
    for line in ["403 Forbidden", "404 Not Found"] {
        let (closed, requests) = serve(vec![status(line)]);
        let (mirror, _) = serve(vec![whole(content())]);
        Run::of(&[closed, mirror], None).assert_complete();
        assert_eq!(requests.lock().unwrap().len(), 1, "{line}");
    }
}

#[test]
fn a_server_in_trouble_is_asked_again() {
    let (mirror, _) = serve(vec![status("503 Service Unavailable"), whole(content())]);
    Run::of(&[mirror], None).assert_complete();
}

#[test]
fn wrong_content_is_never_kept_and_all_sums_are_named() {
    let mut wrong = content();
    wrong[100] ^= 1;
    let received = hex(&Sha256::digest(&wrong));
    let (mirror, requests) = serve(vec![whole(wrong)]);
    let run = Run::of(&[mirror], None);
    let error = run.refusal();
    for part in [
        remote(&[]).sha256,
        remote(&[]).md5.unwrap(),
        &received,
        mirror,
        "images.gz",
    ] {
        assert!(error.contains(part), "`{part}` is not in: {error}");
    }
    assert_eq!(requests.lock().unwrap().len(), 1);
    assert_eq!(fs::read_dir(run.folder.path()).unwrap().count(), 0);
}

#[test]
fn wrong_content_gives_way_to_the_mirror() {
    let (bad, _) = serve(vec![whole(vec![0; content().len()])]);
    let (good, _) = serve(vec![whole(content())]);
    Run::of(&[bad, good], None).assert_complete();
}

#[test]
fn a_login_page_is_refused_by_its_length_before_it_is_read() {
    let (mirror, _) = serve(vec![whole(b"<html>please log in</html>".to_vec())]);
    let run = Run::of(&[mirror], Some(&content()[..70_000]));
    let error = run.refusal();
    assert!(error.contains("announces 26 bytes"), "{error}");
    let part = fs::read(run.folder.path().join("images.gz.part")).unwrap();
    assert_eq!(part.len(), 70_000, "what is there must stay");
}

#[test]
fn a_server_that_never_stops_is_cut_off_at_the_expected_length() {
    let endless: Answer = Box::new(|_| http("200 OK", "", &[5; 400_000]));
    let (mirror, _) = serve(vec![endless]);
    let error = Run::of(&[mirror], None).refusal();
    assert!(
        error.contains("more than the expected 200000 bytes"),
        "{error}"
    );
}

#[test]
fn without_a_network_the_error_says_which_files_to_put_where() {
    // Port 9 of the own machine: nothing listens there.
    let run = Run::of(&["http://127.0.0.1:9/"], None);
    let error = run.refusal();
    let folder = run.folder.path().display().to_string();
    assert!(
        error.contains("put these files in") && error.contains(&folder),
        "{error}"
    );
    assert!(error.ends_with("images.gz"), "{error}");
    assert_eq!(run.failures.len(), 3, "every attempt is told");
}

#[test]
fn a_file_of_unknown_length_arrives_whole_announced_or_not() {
    let silent: Answer = Box::new(|_| http("200 OK", "", &content()));
    for answer in [whole(content()), silent] {
        let (mirror, _) = serve(vec![answer]);
        Run::of_little_known(&[mirror], None).assert_complete();
    }
    let (mirror, _) = serve(vec![broken_off_after(150_000), ranged()]);
    Run::of_little_known(&[mirror], None).assert_complete();
}

#[test]
fn a_whole_part_of_unknown_length_is_fetched_anew_where_the_server_has_no_more() {
    let (mirror, _) = serve(vec![status("416 Range Not Satisfiable"), whole(content())]);
    Run::of_little_known(&[mirror], Some(&content())).assert_complete();
}

#[test]
fn a_file_of_unknown_length_is_still_held_to_what_is_known_of_its_sum() {
    let (mirror, _) = serve(vec![whole(b"<html>please log in</html>".to_vec())]);
    let error = Run::of_little_known(&[mirror], None).refusal();
    assert!(error.contains(&remote(&[]).sha256[..8]), "{error}");
}

#[test]
fn a_length_that_no_file_should_have_is_refused_before_it_is_read() {
    let headers = format!("Content-Length: {}\r\n", (1_u64 << 30) + 1);
    let (mirror, _) = serve(vec![Box::new(move |_| http("200 OK", &headers, &[0; 10]))]);
    let error = Run::of_little_known(&[mirror], None).refusal();
    assert!(error.contains("at most 1073741824 are taken"), "{error}");
}

#[test]
fn an_address_may_be_that_of_the_file_itself() {
    let (mirror, requests) = serve(vec![whole(content())]);
    let address = format!("{mirror}other?download=true").leak();
    Run::of(&[address], None).assert_complete();
    let request = &requests.lock().unwrap()[0];
    assert!(
        request.starts_with("get /other?download=true "),
        "{request}"
    );
}

#[test]
fn what_is_there_is_left_alone_packed_or_not() {
    for name in ["images.gz", "images"] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), "mine").unwrap();
        let files = [remote(&["http://127.0.0.1:9/"])];
        let present = |event: FetchEvent| matches!(event, FetchEvent::Present { .. });
        let fetcher = Fetcher::new();
        (fetcher.fetch(&files, folder.path(), &mut |event| assert!(present(event)))).unwrap();
        assert_eq!(fs::read(folder.path().join(name)).unwrap(), b"mine");
    }
}
