// What only the app without a computer says, in three languages.

import { wishes, word } from "./words.js";

const WORDS = {
  en: {
    setup: "Set-up", races: "Races", starting: "kickcue is starting: this takes some seconds.",
    broken: "kickcue could not start", resumed: "Your race goes on.",
    again: "Tap here and connect each sensor again: the browser needs one tap for each.",
    what: "What is run", event: "Event", own: "A race", lap_m: "Lap in metres (usual: 400)",
    lane: "Lane", indoor: "Indoor, 200 m track", rules: "Rules", target: "Target time, such as 16:30",
    cues: "Language of the cues", splits: "Lap times", use: "Use this race", used: "This race is set up.",
    sure: "A race is on. Tap again to give it up.", badTime: "Target time: expected something like 16:30",
    training: "training: all cues", timetrial: "time trial: all cues", road: "road: no voice",
    sanctioned: "sanctioned: no cues, recording only", off: "off", haptic: "felt", sound: "heard",
    both: "felt and heard", download: "Recording (MCAP)", report: "Report", remove: "Delete",
    none: "Nothing was recorded yet.", recording: "is being recorded", keep:
      "Recordings stay on this phone alone. kickcue verify and kickcue report on a computer read them.",
    toFile: "Save as race.toml", replay: "Replay a watch's file", replayHint:
      "FIT, GPX, TCX or a recording: what kickcue would have said, by the race set up above.",
    reading: "Reading: this may take a minute.", running: "A race is on: afterwards.",
    otherTab: "it is open in another tab. Close that one, then reload this.",
    mind: "Visualise", mindHint:
      "Your race in the mind before you run it: in the phone's voice, with its cues. Sit down, close your eyes.",
    script: "Script", calm: "calm", fierce: "fierce", short: "short", rival: "Who comes up on your shoulder (a name)",
    mindBegin: "Begin", mindEnded: "Well done.", pause: "Pause", goOn: "Go on", nextLine: "Next line", stop: "Stop",
    mindGoal: "First use a race with a target time, above.", noVoice:
      "This browser has no voice for this language: read the lines, or install a voice in the phone's settings.",
    voiceByNetwork: "The only voice for this language needs the network: in flight mode it stays silent.",
    bluetoothWatch: "A Bluetooth watch", watchKind: "Kind of watch", watchConnect: "Connect the watch",
    watchHint: "Keep this page in front. Arm the phone above as well: if the watch is lost, the phone still plays.",
    watchLost: "connection lost, trying again", watchLetGo: "Let go", watchTaken: "The watch has taken the cue.",
    watchNotTaken: "Not taken", noWatchChosen: "No watch was chosen.", wrongWatch: "This device is no watch of that kind.",
    watchSilent: "The watch does not answer: is it near, awake, and free of other apps?",
  },
  de: {
    setup: "Einstellen", races: "Läufe", starting: "kickcue startet: das dauert einige Sekunden.",
    broken: "kickcue konnte nicht starten", resumed: "Dein Rennen geht weiter.",
    again: "Hier tippen und jeden Sensor neu verbinden: der Browser braucht je ein Tippen.",
    what: "Was gelaufen wird", event: "Strecke", own: "Ein Rennen", lap_m: "Runde in Metern (sonst: 400)",
    lane: "Bahn", indoor: "Halle, 200-m-Bahn", rules: "Regeln", target: "Zielzeit, etwa 16:30",
    cues: "Sprache der Signale", splits: "Rundenzeiten", use: "Dieses Rennen nehmen",
    used: "Dieses Rennen ist eingestellt.", sure: "Es läuft ein Rennen. Noch einmal tippen gibt es auf.",
    badTime: "Zielzeit: erwartet wird etwas wie 16:30", training: "Training: alle Signale",
    timetrial: "Zeitlauf: alle Signale", road: "Straße: keine Stimme",
    sanctioned: "Wettkampf: keine Signale, nur Aufzeichnung", off: "aus", haptic: "gespürt",
    sound: "gehört", both: "gespürt und gehört", download: "Aufzeichnung (MCAP)", report: "Bericht",
    remove: "Löschen", none: "Noch nichts aufgezeichnet.", recording: "wird aufgezeichnet", keep:
      "Aufzeichnungen bleiben nur auf diesem Telefon. kickcue verify und kickcue report lesen sie am Computer.",
    toFile: "Als race.toml sichern", replay: "Datei einer Uhr nachspielen", replayHint:
      "FIT, GPX, TCX oder eine Aufzeichnung: was kickcue gesagt hätte, im oben eingestellten Rennen.",
    reading: "Wird gelesen: das kann eine Minute dauern.", running: "Es läuft ein Rennen: danach.",
    otherTab: "es ist in einem anderen Tab offen. Den schließen, dann hier neu laden.",
    mind: "Visualisieren", mindHint:
      "Dein Rennen im Kopf, bevor du es läufst: mit der Stimme des Telefons und seinen Signalen. Setz dich, Augen zu.",
    script: "Text", calm: "ruhig", fierce: "kämpferisch", short: "kurz", rival: "Wer von hinten kommt (ein Name)",
    mindBegin: "Beginnen", mindEnded: "Gut gemacht.", pause: "Pause", goOn: "Weiter", nextLine: "Nächster Satz",
    stop: "Ende", mindGoal: "Erst oben ein Rennen mit Zielzeit nehmen.", noVoice:
      "Dieser Browser hat keine Stimme in dieser Sprache: mitlesen, oder im Telefon eine Stimme installieren.",
    voiceByNetwork: "Die einzige Stimme in dieser Sprache braucht das Netz: im Flugmodus bleibt sie stumm.",
    bluetoothWatch: "Eine Uhr mit Bluetooth", watchKind: "Art der Uhr", watchConnect: "Uhr verbinden",
    watchHint: "Diese Seite vorn lassen. Auch das Telefon oben zur Uhr machen: ist die Uhr weg, spielt es weiter.",
    watchLost: "Verbindung verloren, wird neu versucht", watchLetGo: "Trennen",
    watchTaken: "Die Uhr hat das Signal angenommen.", watchNotTaken: "Nicht angenommen",
    noWatchChosen: "Keine Uhr gewählt.", wrongWatch: "Dieses Gerät ist keine Uhr dieser Art.",
    watchSilent: "Die Uhr antwortet nicht: nah, wach und von keiner App belegt?",
  },
  fr: {
    setup: "Préparer", races: "Courses", starting: "kickcue démarre : cela prend quelques secondes.",
    broken: "kickcue n'a pas pu démarrer", resumed: "Votre course continue.",
    again: "Touchez ici et reconnectez chaque capteur : le navigateur demande un geste pour chacun.",
    what: "Ce qui est couru", event: "Distance", own: "Une course", lap_m: "Tour en mètres (sinon : 400)",
    lane: "Couloir", indoor: "Salle, piste de 200 m", rules: "Règles", target: "Temps visé, comme 16:30",
    cues: "Langue des signaux", splits: "Temps au tour", use: "Prendre cette course",
    used: "Cette course est prête.", sure: "Une course est en cours. Touchez encore pour l'abandonner.",
    badTime: "Temps visé : attendu par exemple 16:30", training: "entraînement : tous les signaux",
    timetrial: "contre-la-montre : tous les signaux", road: "route : sans voix",
    sanctioned: "officielle : aucun signal, enregistrement seul", off: "non", haptic: "ressentis",
    sound: "entendus", both: "ressentis et entendus", download: "Enregistrement (MCAP)",
    report: "Bilan", remove: "Supprimer", none: "Rien d'enregistré encore.", recording: "en cours", keep:
      "Les enregistrements restent sur ce téléphone. kickcue verify et kickcue report les lisent.",
    toFile: "Garder en race.toml", replay: "Rejouer un fichier de montre", replayHint:
      "FIT, GPX, TCX ou enregistrement : ce que kickcue aurait dit, dans la course préparée ci-dessus.",
    reading: "Lecture : cela peut prendre une minute.", running: "Une course est en cours : après.",
    otherTab: "il est ouvert dans un autre onglet. Fermez-le, puis rechargez celui-ci.",
    mind: "Visualiser", mindHint:
      "Votre course en pensée avant de la courir : par la voix du téléphone, avec ses signaux. Asseyez-vous, yeux fermés.",
    script: "Texte", calm: "calme", fierce: "combatif", short: "court", rival: "Qui revient à votre épaule (un nom)",
    mindBegin: "Commencer", mindEnded: "Bravo.", pause: "Pause", goOn: "Reprendre", nextLine: "Phrase suivante",
    stop: "Arrêter", mindGoal: "D'abord prendre ci-dessus une course avec un temps visé.", noVoice:
      "Ce navigateur n'a pas de voix dans cette langue : lisez, ou installez une voix dans le téléphone.",
    voiceByNetwork: "La seule voix de cette langue demande le réseau : en mode avion elle se tait.",
    bluetoothWatch: "Une montre Bluetooth", watchKind: "Type de montre", watchConnect: "Connecter la montre",
    watchHint: "Gardez cette page devant. Armez aussi le téléphone ci-dessus : sans la montre, il joue encore.",
    watchLost: "connexion perdue, nouvel essai", watchLetGo: "Déconnecter", watchTaken: "La montre a reçu le signal.",
    watchNotTaken: "Pas reçu", noWatchChosen: "Aucune montre choisie.",
    wrongWatch: "Cet appareil n'est pas une montre de ce type.",
    watchSilent: "La montre ne répond pas : est-elle proche, éveillée, et libre d'autres applis ?",
  },
};

export const own = (key) => WORDS[wishes.language][key] ?? WORDS.en[key] ?? word(key);
